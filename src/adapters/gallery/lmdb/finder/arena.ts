import { ScanIndex } from '../../../../../native/faiss/scan-index.ts';
import type { Person, Uuid } from '../../../../domain/gallery.ts';
import { cosine } from '../../../../domain/vector.ts';
import { RowBitmap, unionOf } from './row-bitmap.ts';

/** What a search must know of a person. Rows point to her, so that a change counts for all of her faces at once. */
export type KnownPerson = {
  readonly id: Uuid;
  standing: Pick<Person, 'status' | 'validFromMs' | 'validUntilMs'>;
  /** From the moment an erasure is asked for. */
  hidden: boolean;
  /** The collections that she has left, as long as faces of hers are there. */
  leaving?: Set<Uuid> | undefined;
};

/** One template in memory, with what a search must know of it. */
export type ArenaRow = {
  /** The reference's: greater numbers were enrolled later. */
  readonly number: number;
  readonly referenceId: Uuid;
  readonly collectionId: Uuid;
  /** The collection as a small number, for tables that are indexed by it. */
  readonly collectionSlot: number;
  readonly person: KnownPerson;
  readonly vector: Float32Array;
};

export type RowFacts = Omit<ArenaRow, 'vector'>;

export type ArenaSearch = {
  readonly probes: readonly Float32Array[];
  /** At most so many rows a probe, at least 1. */
  readonly limit: number;
  readonly minScore: number;
  readonly collectionSlots: readonly number[];
};

export type ArenaHit = { readonly score: number; readonly facts: RowFacts };

/** One list a probe, best first; `isAll` when there are no more hits than these. */
export type ArenaHits = { readonly lists: ArenaHit[][]; readonly isAll: readonly boolean[] };

/** The index takes no shorter vectors; zeros behind them change no score. */
const leastDimensions = 64;

/**
 * The templates of one embedding model: the index has them by row, and here stands beside it what each row is. Both
 * change in the same turn of the event loop, also when a removal moves the last row into the gap.
 */
export class Arena {
  readonly dimensions: number;
  readonly #index: ScanIndex;
  readonly #facts: RowFacts[] = [];
  readonly #rowOf = new Map<number, number>();
  /** By the slot of the collection. */
  readonly #rowsIn: RowBitmap[] = [];
  /** Rows that have their places and are to be added to the index. */
  #late: ArenaRow[] = [];
  #removals = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#index = new ScanIndex({
      dimensions: Math.max(leastDimensions, dimensions),
      originals: 'float32',
    });
  }

  add(row: ArenaRow): void {
    this.#index.addNow(this.#vectors([row.vector]), Uint32Array.of(labelOf(row)));
    this.#append(row);
  }

  /** As `add`, but it is found only after the next `addLate`; until then nothing may be searched or removed. */
  addLater(row: ArenaRow): void {
    this.#late.push(row);
    this.#append(row);
  }

  /** Brings what was added later into the index, by all of its threads. */
  async addLate(): Promise<void> {
    const rows = this.#late;
    this.#late = [];
    if (rows.length === 0) return;
    const vectors = this.#vectors(rows.map(({ vector }) => vector));
    await this.#index.add(vectors, Uint32Array.from(rows, labelOf));
  }

  remove(number: number): void {
    const row = this.#rowOf.get(number);
    if (row === undefined) return;
    this.#rowsIn[this.#facts[row]!.collectionSlot]!.remove(row);
    this.#rowOf.delete(number);
    this.#removals++;
    for (const { from, to } of this.#index.removeNow(Uint32Array.of(row))) {
      const moved = this.#facts.pop()!;
      if (from === to) continue;
      this.#facts[to] = moved;
      this.#rowOf.set(moved.number, to);
      this.#rowsIn[moved.collectionSlot]!.remove(from);
      this.#rowsIn[moved.collectionSlot]!.add(to);
    }
  }

  /** Gives a row to another person. */
  reassign(number: number, person: KnownPerson): void {
    const row = this.#rowOf.get(number);
    if (row !== undefined) this.#facts[row] = { ...this.#facts[row]!, person };
  }

  /** The facts of a reference, if it is here. */
  find(number: number): RowFacts | undefined {
    const row = this.#rowOf.get(number);
    return row === undefined ? undefined : this.#facts[row];
  }

  /**
   * The best rows of the collections. Runs on threads of the index; the facts are those of the moment in which it
   * resolves, and rows that were added meanwhile may be missing.
   */
  async search({ probes, limit, minScore, collectionSlots }: ArenaSearch): Promise<ArenaHits> {
    const rowsIn = collectionSlots.flatMap((slot) => this.#rowsIn[slot] ?? []);
    const { length: rows } = this.#facts;
    if (rowsIn.length === 0 || rows === 0)
      return { lists: probes.map(() => []), isAll: probes.map(() => true) };
    const removals = this.#removals;
    const found = await this.#index.search({
      probes: this.#vectors(probes),
      limit,
      minScore: Math.max(-1, Math.min(1, minScore)),
      allowed: [unionOf(rowsIn)],
      mode: 'exact',
    });
    const lists = found.map((hits) =>
      hits.flatMap(({ row, label, high }): ArenaHit[] => {
        const facts = this.#facts[row];
        return facts && labelOf(facts) === label && high >= minScore ? [{ score: high, facts }] : [];
      }),
    );
    // Rows that went meanwhile leave a list short whose rest was never looked at.
    const isSteady = removals === this.#removals;
    return { lists, isAll: found.map((hits) => limit >= rows || (isSteady && hits.length < limit)) };
  }

  #append({ vector: _, ...facts }: ArenaRow): void {
    const row = this.#facts.push(facts) - 1;
    this.#rowOf.set(facts.number, row);
    this.#rowsIn[facts.collectionSlot] ??= new RowBitmap();
    this.#rowsIn[facts.collectionSlot]!.add(row);
  }

  /** In one piece and of exact length, as the index wants them; float32 templates may be a little off. */
  #vectors(vectors: readonly Float32Array[]): Float32Array {
    const { dimensions } = this.#index;
    const all = new Float32Array(vectors.length * dimensions);
    for (const [at, vector] of vectors.entries()) {
      const start = at * dimensions;
      const scale = 1 / Math.sqrt(cosine(vector, vector));
      for (let i = 0; i < vector.length; i++) all[start + i] = vector[i]! * scale;
    }
    return all;
  }
}

/** Of a number below 2^53 what fits into the index, by which a row is told from another. */
function labelOf({ number }: { readonly number: number }): number {
  return number % 2 ** 32;
}
