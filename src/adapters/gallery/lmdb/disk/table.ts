import { AppError } from '../../../../domain/errors.ts';
import type { Codec } from './codecs.ts';
import { afterPrefix } from './keys.ts';
import type { Records, Snapshot } from './open-file.ts';
import { readError } from './read-error.ts';
import type { Opened, Seal, SealOptions } from './sealing/protection.ts';

export type Entry<V> = { readonly key: Buffer; readonly value: V };
/** What a table stands on. */
export type Ground = {
  /** Where its records lie: at that moment, else now. */
  readonly find: (snapshot?: Snapshot) => Records;
  /** Told of each record that is put or removed, inside of the write. */
  readonly changed: (key: Buffer, how: 'put' | 'removed') => void;
};
export type RangeWish = {
  /** Only keys that start so. */
  readonly prefix?: Buffer;
  /** Only keys above this one. */
  readonly after?: Buffer;
  /** Only keys below this one. */
  readonly before?: Buffer;
  /** The greatest key first. */
  readonly reverse?: boolean;
  /** Only as of this moment; else as of the last commit. */
  readonly snapshot?: Snapshot;
  readonly offset?: number;
  readonly limit?: number;
};

/** An entry whose value is still closed. */
export type SealedEntry<V> = {
  /** Its key, but where names are hidden: there it is only the place. */
  readonly key: Buffer;
  readonly open: () => V;
  readonly openEntry: () => Entry<V>;
};

/** What may be asked of a table at any time. Values that are damaged are `record-corrupt`. */
export interface ReadTable<V> {
  readonly name: string;
  /** Whether entries come in the order of their keys; they do not where names are hidden. */
  readonly isOrdered: boolean;
  /** As of the last commit, or of that moment. */
  get(key: Buffer, snapshot?: Snapshot): V | undefined;
  /** What `use` makes of a record's bytes, which it must not keep. */
  look<R>(key: Buffer, use: (payload: Buffer) => R): R | undefined;
  has(key: Buffer, snapshot?: Snapshot): boolean;
  /** Where a key's record lies: under the key itself, but where names are hidden. */
  place(key: Buffer): Buffer;
  /** As much of a place as may be told: in hex, without names. */
  tell(place: Buffer): string;
  entries(wish?: RangeWish): Iterable<Entry<V>>;
  keys(wish?: RangeWish): Iterable<Buffer>;
  /** As `entries`, but a value is opened only when that is asked for. */
  sealedEntries(wish?: RangeWish): Iterable<SealedEntry<V>>;
  countKeys(prefix: Buffer): number;
  count(): number;
}

type TableOptions = Pick<SealOptions, 'namesFrom'> & { readonly name: string; readonly seal: Seal };

/** One sub-database of sealed values, of which `W` may be put and `V` comes back. Writing is allowed inside of `Environment.write` only. */
export class Table<V, W = V> implements ReadTable<V> {
  readonly name: string;
  readonly #ground: Ground;
  readonly #codec: Codec<V, W>;
  readonly #seal: Seal;
  readonly #namesFrom: number | undefined;

  constructor(ground: Ground, codec: Codec<V, W>, { name, seal, namesFrom }: TableOptions) {
    this.name = name;
    this.#namesFrom = namesFrom;
    this.#ground = ground;
    this.#codec = codec;
    this.#seal = seal;
  }

  get isOrdered(): boolean {
    return !this.#seal.hidesNames;
  }

  get(key: Buffer, snapshot?: Snapshot): V | undefined {
    if (!snapshot && !this.#codec.isView) return this.look(key, this.#codec.decode);
    const place = this.#seal.place(key);
    const value = this.#ask(snapshot, (records) =>
      snapshot ? records.get(place, { transaction: snapshot.transaction }) : records.getBinary(place),
    );
    return value && this.#codec.decode(this.#seal.open(place, value).payload);
  }

  look<R>(key: Buffer, use: (payload: Buffer) => R): R | undefined {
    const place = this.#seal.place(key);
    const value = this.#ask(undefined, (records) => records.getBinaryFast(place));
    // The buffer is lmdb's own, for the next record as well, and longer than it says.
    return value && use(this.#seal.open(place, value.subarray(0, value.length)).payload);
  }

  has(key: Buffer, snapshot?: Snapshot): boolean {
    const place = this.#seal.place(key);
    return this.#ask(snapshot, (records) =>
      snapshot
        ? records.get(place, { transaction: snapshot.transaction }) !== undefined
        : records.doesExist(place),
    );
  }

  place(key: Buffer): Buffer {
    return this.#seal.place(key);
  }

  tell(place: Buffer): string {
    return place.toString('hex', 0, this.#namesFrom);
  }

  *entries(wish: RangeWish = {}): Iterable<Entry<V>> {
    for (const { openEntry } of this.sealedEntries(wish)) yield openEntry();
  }

  *sealedEntries(wish: RangeWish = {}): Iterable<SealedEntry<V>> {
    for (const { key, value } of this.#range(wish)) {
      const open = () => this.#seal.open(key, value);
      yield {
        key,
        open: () => this.#codec.decode(open().payload),
        openEntry: () => this.#entry(open()),
      };
    }
  }

  keys(wish: RangeWish = {}): Iterable<Buffer> {
    if (!this.isOrdered) return this.#hiddenKeys(wish);
    return this.#walk(wish, (records, bounds) => records.getKeys(bounds));
  }

  countKeys(prefix: Buffer): number {
    return this.#ask(undefined, (records) => records.getKeysCount(this.#bounds({ prefix })));
  }

  count(): number {
    return this.#ask(undefined, (records) => (records.getStats() as { entryCount: number }).entryCount);
  }

  put(key: Buffer, value: W): void {
    const closed = this.#seal.close(key, this.#codec.encode(value));
    this.#ask(undefined, (records) => records.putSync(closed.place, closed.value));
    this.#ground.changed(closed.place, 'put');
  }

  remove(key: Buffer): void {
    this.removeAt(this.#seal.place(key));
  }

  /** Removes what lies there, also when it cannot be opened. */
  removeAt(place: Buffer): void {
    this.#ask(undefined, (records) => records.removeSync(place));
    this.#ground.changed(place, 'removed');
  }

  /** Whether something lies there that cannot be opened. */
  isDamaged(place: Buffer): boolean {
    const value = this.#ask(undefined, (records) => records.getBinary(place));
    return value !== undefined && readable(() => this.#seal.open(place, value)) === undefined;
  }

  *#hiddenKeys(wish: RangeWish): Iterable<Buffer> {
    for (const { key: place, value } of this.#range(wish)) yield this.#seal.open(place, value).key;
  }

  #range(wish: RangeWish): Iterable<Entry<Buffer>> {
    return this.#walk(wish, (records, bounds) => records.getRange(bounds));
  }

  *#walk<T>(wish: RangeWish, begin: (records: Records, bounds: object) => Iterable<T>): Iterable<T> {
    const bounds = this.#bounds(wish);
    const iterator = this.#ask(wish.snapshot, (records) => begin(records, bounds)[Symbol.iterator]());
    let isOver = false;
    try {
      for (;;) {
        const next = this.#ask(wish.snapshot, () => iterator.next());
        isOver = next.done === true;
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Also after an error: the cursor would keep its moment's pages for ever.
      if (!isOver) this.#ask(wish.snapshot, () => iterator.return?.());
    }
  }

  /** What LMDB throws becomes an error of ours, and the next read has a transaction that did not fail. */
  #ask<T>(snapshot: Snapshot | undefined, work: (records: Records) => T): T {
    const records = this.#ground.find(snapshot);
    try {
      return work(records);
    } catch (error) {
      records.resetReadTxn();
      throw readError(error, this.name);
    }
  }

  #entry({ key, payload }: Opened): Entry<V> {
    return { key, value: this.#codec.decode(payload) };
  }

  #bounds(wish: RangeWish): object {
    const { prefix, after, before } = wish;
    return bounds({
      ...wish,
      ...(prefix && { prefix: this.#seal.prefix(prefix) }),
      ...(after && { after: this.#seal.place(after) }),
      ...(before && { before: this.#seal.place(before) }),
    });
  }
}

function bounds(wish: RangeWish): object {
  const { snapshot, offset, limit } = wish;
  return {
    ...(wish.reverse ? reverseBounds(wish) : forwardBounds(wish)),
    ...(snapshot && { transaction: snapshot.transaction }),
    ...(offset !== undefined && { offset }),
    ...(limit !== undefined && Number.isFinite(limit) && { limit }),
  };
}

function forwardBounds({ prefix, after, before }: RangeWish): object {
  return {
    ...(prefix && { start: prefix, end: afterPrefix(prefix) }),
    ...(before && { end: before }),
    ...(after && { start: after, exclusiveStart: true }),
  };
}

function reverseBounds({ prefix, after, before }: RangeWish): object {
  return {
    reverse: true,
    ...(prefix && { start: afterPrefix(prefix), exclusiveStart: true, end: prefix, inclusiveEnd: true }),
    ...(before && { start: before, exclusiveStart: true }),
    ...(after && { end: after, inclusiveEnd: false }),
  };
}

/** What `read` gives; `undefined` when the record is damaged. */
export function readable<V>(read: () => V): V | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'record-corrupt') return undefined;
    throw error;
  }
}
