import { Column } from './column.ts';

const pageLength = 1024;

/** What a row of the index is: a reference's number, the slots of its person and of its collection. */
export type RowFacts = { readonly number: number; readonly person: number; readonly collection: number };

/** Facts of several rows, by columns. */
export type RowColumns = {
  readonly numbers: Float64Array;
  readonly persons: Uint32Array;
  readonly collections: Uint32Array;
};

/** The rows of the references with the numbers from `first` on: row + 1, or 0. */
type Page = { readonly first: number; readonly rows: Uint32Array; used: number };

/** The facts of an index's rows, a column each; rows have the index's numbers. */
export class Rows {
  readonly #low = new Column();
  /** Of numbers from 2³² on; most stores never have one. */
  #high: Column | undefined;
  readonly #person = new Column();
  readonly #collection = new Column();
  readonly #pages = new Map<number, Page>();
  /** Neighbours by row are mostly neighbours by number. */
  #lastPage: Page | undefined;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The row of a reference, −1 when it has none. */
  find(number: number): number {
    const page = this.#pages.get(Math.floor(number / pageLength));
    return page === undefined ? -1 : page.rows[number - page.first]! - 1;
  }

  numberAt(row: number): number {
    return this.#low.get(row) + (this.#high ? this.#high.get(row) * 2 ** 32 : 0);
  }

  personAt(row: number): number {
    return this.#person.get(row);
  }

  collectionAt(row: number): number {
    return this.#collection.get(row);
  }

  /** Of some rows that follow each other, the first being this one; may be more than there are. */
  collectionsFrom(row: number): Uint32Array {
    return this.#collection.from(row);
  }

  setPerson(row: number, person: number): void {
    this.#person.set(row, person);
  }

  /** Of the next row. */
  append({ number, person, collection }: RowFacts): void {
    this.#person.set(this.#count, person);
    this.#collection.set(this.#count, collection);
    this.#setNumber(this.#count++, number);
  }

  /** Of the next rows. */
  appendAll({ numbers, persons, collections }: RowColumns): void {
    this.#person.setAll(this.#count, persons);
    this.#collection.setAll(this.#count, collections);
    this.#low.setAll(this.#count, new Uint32Array(numbers));
    for (let at = 0; at < numbers.length; ) at = this.#appendPage(numbers, at);
  }

  /** The last row goes to the place of one that goes, which may be itself. */
  moveLast(to: number): void {
    this.#forgetRow(this.numberAt(to));
    const from = --this.#count;
    if (from === to) return;
    this.#person.set(to, this.personAt(from));
    this.#collection.set(to, this.collectionAt(from));
    this.#setNumber(to, this.numberAt(from));
  }

  /** Those from a place on that are of one page, all but their low halves; answers the place of the next. */
  #appendPage(numbers: Float64Array, from: number): number {
    const page = this.#pageOf(numbers[from]!);
    const { first, rows } = page;
    if (first >= 2 ** 32) this.#high ??= new Column();
    for (let at = from; at < numbers.length; at++) {
      const place = numbers[at]! - first;
      if (place < 0 || place >= pageLength) return at;
      this.#high?.set(this.#count, first / 2 ** 32);
      if (rows[place] === 0) page.used++;
      rows[place] = ++this.#count;
    }
    return numbers.length;
  }

  #setNumber(row: number, number: number): void {
    this.#low.set(row, number);
    if (number >= 2 ** 32) this.#high ??= new Column();
    this.#high?.set(row, number / 2 ** 32);
    const page = this.#pageOf(number);
    const at = number - page.first;
    if (page.rows[at] === 0) page.used++;
    page.rows[at] = row + 1;
  }

  #forgetRow(number: number): void {
    const page = this.#pageOf(number);
    page.rows[number - page.first] = 0;
    page.used--;
    if (page.used > 0) return;
    this.#pages.delete(page.first / pageLength);
    this.#lastPage = undefined;
  }

  #pageOf(number: number): Page {
    const last = this.#lastPage;
    if (last && number >= last.first && number < last.first + pageLength) return last;
    const key = Math.floor(number / pageLength);
    const made = () => ({ first: key * pageLength, rows: new Uint32Array(pageLength), used: 0 });
    const page = this.#pages.get(key) ?? made();
    this.#pages.set(key, page);
    this.#lastPage = page;
    return page;
  }
}
