import { setImmediate as nextTurn } from 'node:timers/promises';
import { RowBitmap } from './row-bitmap.ts';
import type { Rows } from './rows.ts';

/** So many masks are kept, those that were asked for last. */
const mostKept = 32;
/** Making one looks at so many rows before others have their turn: a millisecond or two. */
const rowsInASlice = 2 ** 19;

type Mask = {
  /** By the slot of a collection: 1 for those that are wanted. */
  readonly wanted: Uint8Array;
  readonly rows: RowBitmap;
  /** While it is not whole. */
  making?: Promise<void> | undefined;
};

/** Which rows of an index are of which collections, as bitmaps for its searches: one for each set of collections. */
export class CollectionMasks {
  readonly #rows: Rows;
  /** By the collections' slots; those asked for last come last. */
  readonly #kept = new Map<string, Mask>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** To be told of each row that has become one of this collection. */
  add(row: number, collection: number): void {
    for (const { wanted, rows } of this.#kept.values()) if (wanted[collection] === 1) rows.add(row);
  }

  /** To be told of neighbours, from `row` on, that have become rows of these collections. */
  addAll(row: number, collections: Uint32Array): void {
    if (this.#kept.size === 0) return;
    for (const [at, collection] of collections.entries()) this.add(row + at, collection);
  }

  /** To be told of each row that is no more one of this collection. */
  remove(row: number, collection: number): void {
    for (const { wanted, rows } of this.#kept.values()) if (wanted[collection] === 1) rows.remove(row);
  }

  /** Calls `use` with the rows of the collections as they are then; resolves with what it gives. */
  async use<R>(collections: readonly number[], use: (rows: Uint32Array) => Promise<R>): Promise<R> {
    for (;;) {
      const { making, rows } = this.#ask(collections);
      if (!making) return use(rows.words);
      await making;
    }
  }

  #ask(collections: readonly number[]): Mask {
    const name = collections.toSorted((one, other) => one - other).join();
    const mask = this.#kept.get(name) ?? this.#make(collections);
    this.#kept.delete(name);
    this.#kept.set(name, mask);
    for (const [oldest, { making }] of this.#kept) {
      if (this.#kept.size <= mostKept) break;
      // Somebody waits for it.
      if (!making) this.#kept.delete(oldest);
    }
    return mask;
  }

  #make(collections: readonly number[]): Mask {
    const wanted = new Uint8Array(Math.max(-1, ...collections) + 1);
    for (const collection of collections) wanted[collection] = 1;
    const mask: Mask = { wanted, rows: new RowBitmap() };
    if (this.#fill(mask, 0)) return mask;
    mask.making = this.#fillRest(mask).then(() => {
      mask.making = undefined;
    });
    return mask;
  }

  /** Of rows that change meanwhile the mask is told as any other is. */
  async #fillRest(mask: Mask): Promise<void> {
    for (let first = rowsInASlice; ; first += rowsInASlice) {
      await nextTurn();
      if (this.#fill(mask, first)) return;
    }
  }

  /** Sees to a slice of the rows; tells whether it was the last. */
  #fill({ wanted, rows }: Mask, first: number): boolean {
    const end = Math.min(this.#rows.count, first + rowsInASlice);
    for (let row = first; row < end; ) {
      const collections = this.#rows.collectionsFrom(row).subarray(0, end - row);
      rows.addKinds(row, collections, wanted);
      row += collections.length;
    }
    return end === this.#rows.count;
  }
}
