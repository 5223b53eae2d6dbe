import type { Person, Uuid } from '../../../../domain/gallery.ts';
import { isSearchable } from '../../../../domain/gallery-rules.ts';
import type { Moments } from '../../../../primitives/onward-clock.ts';
import { Column } from './column.ts';
import { IdTable, type IdWords, wordsOf } from './id-table.ts';

type Standing = Pick<Person, 'status' | 'validFromMs' | 'validUntilMs'>;

/** What is not so for most. */
type Exception = {
  /** Of somebody who is suspended or valid for a time only. */
  standing?: Standing | undefined;
  /** From the moment an erasure is asked for. */
  hidden: boolean;
  /** The collections that she has left, as long as faces of hers are there. */
  readonly leaving: Set<number>;
};

/**
 * The persons who have rows, by small numbers (slots), and how many rows each has in which collection; so that asking
 * how many a search can find costs no look at the rows. Most are in one collection and can be found: two columns say all
 * of them, and what is otherwise stands beside. Collections are named by their slots.
 */
export class People {
  readonly #moments: Moments;
  readonly #ids = new IdTable();
  /** Of each person one collection, and her rows there. */
  readonly #home = new Column();
  readonly #homeRows = new Column();
  /** By person and collection: rows in all other collections. */
  readonly #elsewhere = new Map<number, Map<number, number>>();
  readonly #exceptions = new Map<number, Exception>();
  /** By collection: persons with rows there who have not left. */
  readonly #members: number[] = [];

  constructor(moments: Moments) {
    this.#moments = moments;
  }

  /** To be told how many persons will come. */
  expect(persons: number): void {
    this.#ids.expect(persons);
  }

  /** Counts a row more of the person whose id stands at the first words; answers her slot. */
  addRow(collection: number, ids: IdWords): number {
    return this.addRows(collection, { ids, at: 0, rows: 1 });
  }

  /** Counts so many rows more of the person whose id stands at this word; answers her slot. */
  addRows(collection: number, { ids, at, rows }: { ids: IdWords; at: number; rows: number }): number {
    const person = this.#ids.intern(ids, at);
    const homeRows = this.#homeRows.get(person);
    if (homeRows > 0 && this.#home.get(person) === collection) {
      this.#homeRows.set(person, homeRows + rows);
      return person;
    }
    const isNew = homeRows === 0 && this.#elsewhere.size === 0;
    const before = isNew ? 0 : this.#rowsIn(person, collection);
    if (isNew) this.#setHome(person, collection, rows);
    else this.#setRows(person, collection, before + rows);
    if (before === 0 && !this.#hasLeft(person, collection)) this.#count(collection, 1);
    return person;
  }

  /** Counts a row less; the slot of somebody without any is given to others. */
  removeRow(person: number, collection: number): void {
    const rows = this.#rowsIn(person, collection);
    this.#setRows(person, collection, rows - 1);
    if (rows === 1 && !this.#hasLeft(person, collection)) this.#count(collection, -1);
    this.#release(person);
  }

  /** To be told of everybody new or changed. */
  judge({ id, status, validFromMs, validUntilMs }: Person): void {
    const isPlain = status === 'active' && validFromMs === undefined && validUntilMs === undefined;
    const bounds = {
      ...(validFromMs !== undefined && { validFromMs }),
      ...(validUntilMs !== undefined && { validUntilMs }),
    };
    this.#except(id, !isPlain, (exception) => {
      exception.standing = isPlain ? undefined : { status, ...bounds };
    });
  }

  hide(id: Uuid, hidden: boolean): void {
    this.#except(id, hidden, (exception) => {
      exception.hidden = hidden;
    });
  }

  /** Hides a member's faces in one collection from now on, or shows those that come from now on. */
  hideMember(id: Uuid, collection: number, hidden: boolean): void {
    this.#except(id, hidden, ({ leaving }, person) => {
      if (leaving.has(collection) === hidden) return;
      if (hidden) leaving.add(collection);
      else leaving.delete(collection);
      if (this.#rowsIn(person, collection) > 0) this.#count(collection, hidden ? -1 : 1);
    });
  }

  /** She is no person any more; what is left of her rows is being removed from collections that she has left. */
  forget(id: Uuid): void {
    this.#except(id, false, (exception) => {
      exception.standing = undefined;
      exception.hidden = false;
    });
  }

  /** Whether a search may answer with a row of hers. */
  isSearchable(person: number, collection: number, includeBarred = false): boolean {
    const exception = this.#exceptions.get(person);
    if (!exception) return true;
    if (exception.leaving.has(collection)) return false;
    return includeBarred ? !exception.hidden : this.#isUp(exception);
  }

  /** Who can be found in these collections now; a person counts in each. */
  countSearchable(collections: readonly number[]): number {
    let count = collections.reduce((sum, collection) => sum + (this.#members[collection] ?? 0), 0);
    for (const [person, exception] of this.#exceptions) {
      if (this.#isUp(exception)) continue;
      count -= collections.filter((collection) => this.#isMember(person, collection)).length;
    }
    return count;
  }

  /** Only who is or becomes an exception needs a slot for that. */
  #except(id: Uuid, isOne: boolean, change: (exception: Exception, person: number) => void): void {
    if (!isOne && this.#exceptions.size === 0) return;
    const words = wordsOf(id);
    const person = isOne ? this.#ids.intern(words) : this.#ids.find(words);
    const exception = this.#exceptions.get(person) ?? { hidden: false, leaving: new Set() };
    if (person < 0) return;
    change(exception, person);
    const { standing, hidden, leaving } = exception;
    if (standing || hidden || leaving.size > 0) this.#exceptions.set(person, exception);
    else this.#exceptions.delete(person);
    this.#release(person);
  }

  #isUp({ hidden, standing }: Exception): boolean {
    return !hidden && (!standing || isSearchable(standing, this.#moments));
  }

  #hasLeft(person: number, collection: number): boolean {
    return this.#exceptions.get(person)?.leaving.has(collection) ?? false;
  }

  #isMember(person: number, collection: number): boolean {
    return this.#rowsIn(person, collection) > 0 && !this.#hasLeft(person, collection);
  }

  #count(collection: number, more: 1 | -1): void {
    this.#members[collection] = (this.#members[collection] ?? 0) + more;
  }

  #rowsIn(person: number, collection: number): number {
    const isHome = this.#home.get(person) === collection;
    return (isHome && this.#homeRows.get(person)) || (this.#elsewhere.get(person)?.get(collection) ?? 0);
  }

  #setRows(person: number, collection: number, rows: number): void {
    const elsewhere = this.#elsewhere.get(person);
    if (!elsewhere?.has(collection)) {
      if (this.#homeRows.get(person) === 0 || this.#home.get(person) === collection) {
        this.#setHome(person, collection, rows);
        return;
      }
    }
    const others = elsewhere ?? new Map<number, number>();
    if (rows > 0) others.set(collection, rows);
    else others.delete(collection);
    if (others.size > 0) this.#elsewhere.set(person, others);
    else this.#elsewhere.delete(person);
  }

  #setHome(person: number, collection: number, rows: number): void {
    this.#home.set(person, collection);
    this.#homeRows.set(person, rows);
  }

  #release(person: number): void {
    const isUsed = this.#homeRows.get(person) > 0 || this.#elsewhere.has(person);
    if (!isUsed && !this.#exceptions.has(person)) this.#ids.remove(person);
  }
}
