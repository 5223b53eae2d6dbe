import { Column } from './column.ts';

const pageBits = 10;
const pageLength = 2 ** pageBits;

/** What a row of the index is: a reference's number, the slots of its person and of its collection. */
export type RowFacts = { readonly number: number; readonly person: number; readonly collection: number };

/** The facts of an index's rows, a column each; rows have the index's numbers. */
export class Rows {
  readonly #low = new Column();
  /** Of numbers from 2³² on; most stores never have one. */
  #high: Column | undefined;
  readonly #person = new Column();
  readonly #collection = new Column();
  /** By number, in pages: row + 1, or 0; behind these how many rows a page has. */
  readonly #rowOf = new Map<number, Uint32Array>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The row of a reference, −1 when it has none. */
  find(number: number): number {
    const page = this.#rowOf.get(Math.floor(number / pageLength));
    return (page?.[number % pageLength] ?? 0) - 1;
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

  setPerson(row: number, person: number): void {
    this.#person.set(row, person);
  }

  /** Of the next row. */
  append({ number, person, collection }: RowFacts): void {
    this.#person.set(this.#count, person);
    this.#collection.set(this.#count, collection);
    this.#setNumber(this.#count++, number);
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

  #setNumber(row: number, number: number): void {
    const high = Math.floor(number / 2 ** 32);
    this.#low.set(row, number % 2 ** 32);
    if (high > 0) this.#high ??= new Column();
    this.#high?.set(row, high);
    this.#setRow(number, row);
  }

  #setRow(number: number, row: number): void {
    const key = Math.floor(number / pageLength);
    const page = this.#rowOf.get(key) ?? new Uint32Array(pageLength + 1);
    const at = number % pageLength;
    if (page[at] === 0) page[pageLength]!++;
    page[at] = row + 1;
    this.#rowOf.set(key, page);
  }

  #forgetRow(number: number): void {
    const key = Math.floor(number / pageLength);
    const page = this.#rowOf.get(key)!;
    page[number % pageLength] = 0;
    page[pageLength]!--;
    if (page[pageLength] === 0) this.#rowOf.delete(key);
  }
}
