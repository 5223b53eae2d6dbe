import { ScanIndex } from '../../../../../native/faiss/scan-index.ts';
import type { VectorHit } from '../../../../../native/faiss/vector-index.ts';
import { indexDimensions, probeVectors } from './codes.ts';
import { CollectionMasks } from './collection-masks.ts';
import { RowBatch } from './row-batch.ts';
import { type RowFacts, Rows } from './rows.ts';

export type ArenaSearch = {
  readonly probes: readonly Float32Array[];
  /** The best so many rows of each probe are among the candidates, at least 1. */
  readonly limit: number;
  readonly minScore: number;
  /** By their slots. */
  readonly collections: readonly number[];
};

/** A reference whose score is at most `high`. */
export type Candidate = { readonly number: number; readonly high: number };

export type Candidates = {
  /** Those of the highest possible scores first. */
  readonly list: Candidate[];
  /** What is not among them scores less; nothing at all is left when absent. */
  readonly rest?: number;
};

/**
 * The references of one embedding model, without their templates: the index has their codes by row, and here stands
 * beside it what each row is. Both change in the same turn of the event loop, also when a removal moves the last row into
 * the gap.
 */
export class Arena {
  readonly dimensions: number;
  readonly #index: ScanIndex;
  readonly #rows = new Rows();
  readonly #masks = new CollectionMasks(this.#rows);
  #removals = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#index = new ScanIndex({ dimensions: indexDimensions(dimensions), originals: 'none' });
  }

  /** Adds a reference that is not there, by its code. */
  add(facts: RowFacts, code: Uint8Array): void {
    this.#index.append({ codes: code, labels: Uint32Array.of(labelOf(facts.number)) });
    this.#masks.add(this.#rows.count, facts.collection);
    this.#rows.append(facts);
  }

  /** To be told how many rows will come; with 0, that no more do. */
  expect(rows: number): void {
    this.#index.reserve(rows);
  }

  /** Room for rows that are to be added at once. */
  batch(): RowBatch {
    return new RowBatch(this.#index.codeBytes);
  }

  /** Adds the rows of a batch, none of which is there, and empties it. Their codes come from a record that was whole. */
  addAll(batch: RowBatch): void {
    const { codes, columns } = batch;
    // Turning them into 32 bits cuts them as `labelOf` does.
    this.#index.append({ codes, labels: new Uint32Array(columns.numbers), areWhole: true });
    this.#masks.addAll(this.#rows.count, columns.collections);
    this.#rows.appendAll(columns);
    batch.count = 0;
  }

  /** Answers what was removed, if it was there. */
  remove(number: number): RowFacts | undefined {
    const facts = this.find(number);
    if (!facts) return undefined;
    this.#removals++;
    const [move] = this.#index.removeNow(Uint32Array.of(this.#rows.find(number)));
    const { from, to } = move!;
    const moved = this.#rows.collectionAt(from);
    this.#masks.remove(to, facts.collection);
    this.#masks.remove(from, moved);
    this.#rows.moveLast(to);
    if (from !== to) this.#masks.add(to, moved);
    return facts;
  }

  get rows(): number {
    return this.#rows.count;
  }

  /** The reference of a row, rows being numbered from 0 on. */
  numberAt(row: number): number {
    return this.#rows.numberAt(row);
  }

  /** What a reference is, if it is here. */
  find(number: number): RowFacts | undefined {
    const row = this.#rows.find(number);
    if (row < 0) return undefined;
    return { number, person: this.#rows.personAt(row), collection: this.#rows.collectionAt(row) };
  }

  /** Gives a reference that is here to another person. */
  give(number: number, person: number): void {
    this.#rows.setPerson(this.#rows.find(number), person);
  }

  /** One answer a probe. Runs on threads of the index; what was added or removed meanwhile may be missing. */
  async search({ probes, limit, minScore, collections }: ArenaSearch): Promise<Candidates[]> {
    if (collections.length === 0 || this.#rows.count === 0) return probes.map(() => ({ list: [] }));
    const wish = { probes: probeVectors(probes), limit, minScore: Math.max(-1, Math.min(1, minScore)) };
    let removals = 0;
    const found = await this.#masks.use(collections, (rows) => {
      removals = this.#removals;
      return this.#index.search({ ...wish, allowed: [rows], mode: 'exact' });
    });
    const removed = this.#removals - removals;
    return found.map((hits) => ({
      list: hits.flatMap(({ row, label, high }) => {
        const number = row < this.#rows.count ? this.#rows.numberAt(row) : -1;
        // Rows that went since the index answered have others in their places.
        return labelOf(number) === label ? [{ number, high }] : [];
      }),
      ...restOf(hits, limit - removed),
    }));
  }
}

/**
 * The index has left out what scores less than its best `limit` surely do. When some of these were removed meanwhile,
 * as many others must stand in for them.
 */
function restOf(hits: readonly VectorHit[], limit: number): { readonly rest?: number } {
  if (limit <= 0) return { rest: Number.POSITIVE_INFINITY };
  if (hits.length < limit) return {};
  const lows = Float32Array.from(hits, ({ low }) => low).sort();
  return { rest: lows[lows.length - limit]! };
}

/** Of a number below 2^53 what fits into the index, by which a row is told from another. */
function labelOf(number: number): number {
  return number % 2 ** 32;
}
