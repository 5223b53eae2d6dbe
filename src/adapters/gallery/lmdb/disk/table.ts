import { AppError } from '../../../../domain/errors.ts';
import type { Codec } from './codecs.ts';
import { afterPrefix } from './keys.ts';
import type { Records, Snapshot } from './open-file.ts';
import { Seal } from './seal.ts';

export type Entry<V> = { readonly key: Buffer; readonly value: V };
/** Where a table's records lie: at that moment, else now. */
export type FindRecords = (snapshot?: Snapshot) => Records;
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
  readonly #find: FindRecords;
  readonly #codec: Codec<V>;
  readonly #seal: Seal;

  constructor(find: FindRecords, name: string, codec: Codec<V>) {
    this.name = name;
    this.#find = find;
    this.#codec = codec;
    this.#seal = new Seal(name);
  }

  get(key: Buffer, snapshot?: Snapshot): V | undefined {
    const records = this.#find(snapshot);
    const value = snapshot ? records.get(key, { transaction: snapshot.transaction }) : records.getBinary(key);
    return value && this.#open(key, value);
  }

  has(key: Buffer): boolean {
    return this.#find().doesExist(key);
  }

  *entries(wish: RangeWish = {}): Iterable<Entry<V>> {
    for (const { key, open } of this.sealedEntries(wish)) yield { key, value: open() };
  }

  *sealedEntries(wish: RangeWish = {}): Iterable<{ key: Buffer; open: () => V }> {
    for (const { key, value } of this.#find(wish.snapshot).getRange(bounds(wish))) {
      yield { key, open: () => this.#open(key, value) };
    }
  }

  keys(wish: RangeWish = {}): Iterable<Buffer> {
    return this.#find(wish.snapshot).getKeys(bounds(wish));
  }

  countKeys(prefix: Buffer): number {
    return this.#find().getKeysCount(bounds({ prefix }));
  }

  count(): number {
    return (this.#find().getStats() as { entryCount: number }).entryCount;
  }

  put(key: Buffer, value: V): void {
    this.#find().putSync(key, this.#seal.close(key, this.#codec.encode(value)));
  }

  remove(key: Buffer): void {
    this.#find().removeSync(key);
  }

  #open(key: Buffer, value: Buffer): V {
    return this.#codec.decode(this.#seal.open(key, value));
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
