import type { Database, Transaction } from 'lmdb';
import { AppError } from '../../../../domain/errors.ts';
import type { Codec } from './codecs.ts';
import { afterPrefix } from './keys.ts';
import { Seal } from './seal.ts';

export type Entry<V> = { readonly key: Buffer; readonly value: V };
/** One moment of an environment; keeps its pages from being used again until it is `done`. */
export type Snapshot = Transaction;
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

/** What may be asked of a table at any time. Values that fail their checksum are `record-corrupt`. */
export interface ReadTable<V> {
  readonly name: string;
  /** As of the last commit, or of that moment. */
  get(key: Buffer, snapshot?: Snapshot): V | undefined;
  has(key: Buffer): boolean;
  /** In the order of the keys. */
  entries(wish?: RangeWish): Iterable<Entry<V>>;
  keys(wish?: RangeWish): Iterable<Buffer>;
  /** As `entries`, but a value is opened only when `open` is called. */
  sealedEntries(wish?: RangeWish): Iterable<{ readonly key: Buffer; readonly open: () => V }>;
  countKeys(prefix: Buffer): number;
  count(): number;
}

/** One sub-database of sealed values. Writing is allowed inside of `Environment.write` only. */
export class Table<V> implements ReadTable<V> {
  readonly name: string;
  readonly #database: Database<Buffer, Buffer>;
  readonly #codec: Codec<V>;
  readonly #seal: Seal;

  constructor(database: Database<Buffer, Buffer>, name: string, codec: Codec<V>) {
    this.name = name;
    this.#database = database;
    this.#codec = codec;
    this.#seal = new Seal(name);
  }

  get(key: Buffer, snapshot?: Snapshot): V | undefined {
    const value = snapshot
      ? this.#database.get(key, { transaction: snapshot })
      : this.#database.getBinary(key);
    return value && this.#open(key, value);
  }

  has(key: Buffer): boolean {
    return this.#database.doesExist(key);
  }

  *entries(wish: RangeWish = {}): Iterable<Entry<V>> {
    for (const { key, open } of this.sealedEntries(wish)) yield { key, value: open() };
  }

  *sealedEntries(wish: RangeWish = {}): Iterable<{ key: Buffer; open: () => V }> {
    for (const { key, value } of this.#database.getRange(bounds(wish))) {
      yield { key, open: () => this.#open(key, value) };
    }
  }

  keys(wish: RangeWish = {}): Iterable<Buffer> {
    return this.#database.getKeys(bounds(wish));
  }

  countKeys(prefix: Buffer): number {
    return this.#database.getKeysCount(bounds({ prefix }));
  }

  count(): number {
    return (this.#database.getStats() as { entryCount: number }).entryCount;
  }

  put(key: Buffer, value: V): void {
    this.#database.putSync(key, this.#seal.close(key, this.#codec.encode(value)));
  }

  remove(key: Buffer): void {
    this.#database.removeSync(key);
  }

  #open(key: Buffer, value: Buffer): V {
    return this.#codec.decode(this.#seal.open(key, value));
  }
}

function bounds(wish: RangeWish): object {
  const { snapshot, offset, limit } = wish;
  return {
    ...(wish.reverse ? reverseBounds(wish) : forwardBounds(wish)),
    ...(snapshot && { transaction: snapshot }),
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
