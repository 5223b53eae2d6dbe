import type { ReadTable } from '../disk/table.ts';

/** So many keys are read in one go. */
const keysAtOnce = 64;

export type KeyRange = {
  readonly table: ReadTable<true>;
  readonly prefix: Buffer;
  /** What follows the prefix lies above this. */
  readonly above: Buffer;
  /** And below this. */
  readonly below: Buffer;
};

/** The keys of one range, without their prefix. */
class Keys {
  readonly #range: KeyRange;
  readonly #reverse: boolean;
  #read: Buffer[] = [];
  #rest: { above: Buffer; below: Buffer } | undefined;

  constructor(range: KeyRange, reverse: boolean) {
    this.#range = range;
    this.#reverse = reverse;
    this.#rest = range;
  }

  peek(): Buffer | undefined {
    if (this.#read.length === 0) this.#read = this.#readMore();
    return this.#read.at(-1);
  }

  take(): void {
    this.#read.pop();
  }

  /** The last is the first to come. */
  #readMore(): Buffer[] {
    if (!this.#rest) return [];
    const { table, prefix } = this.#range;
    const [after, before] = [this.#rest.above, this.#rest.below].map((end) => Buffer.concat([prefix, end]));
    const wish = { after: after!, before: before!, reverse: this.#reverse, limit: keysAtOnce };
    const keys = Array.from(table.keys(wish), (key) => Buffer.from(key.subarray(prefix.length)));
    const last = keys.at(-1);
    const next = this.#reverse ? { ...this.#rest, below: last! } : { ...this.#rest, above: last! };
    this.#rest = keys.length < keysAtOnce ? undefined : next;
    return keys.reverse();
  }
}

/** The keys of several ranges in one order, each once. */
export function* mergedKeys(ranges: readonly KeyRange[], reverse: boolean): Generator<Buffer> {
  const sources = ranges.map((range) => new Keys(range, reverse));
  const sign = reverse ? -1 : 1;
  for (;;) {
    const heads = sources.map((source) => source.peek()).filter((key) => key !== undefined);
    const [first, ...others] = heads;
    if (!first) return;
    const next = others.reduce((best, key) => (sign * key.compare(best) < 0 ? key : best), first);
    for (const source of sources) if (source.peek()?.equals(next)) source.take();
    yield next;
  }
}
