import type { Person, Uuid } from '../../../../domain/gallery.ts';

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

/** So many bytes of vectors lie in one piece: growth allocates a piece and copies nothing. */
const chunkBytes = 4 * 1024 * 1024;
/** Rows that are scored in one go. */
export const blockRows = 256;

type Chunk = { readonly vectors: Float32Array; readonly collectionSlots: Uint32Array };

/**
 * The templates of one embedding model, in memory and without gaps: row r lies in chunk ⌊r / rowsPerChunk⌋. A removal
 * moves the last row into the gap, to a lower place; a reader that walks from the last row to the first therefore
 * meets every row that was there all the time, a moved one perhaps twice.
 */
export class Arena {
  readonly dimensions: number;
  /** A whole number of blocks, so that a block never lies in two chunks. */
  readonly #rowsPerChunk: number;
  readonly #chunks: Chunk[] = [];
  readonly #facts: RowFacts[] = [];
  readonly #rowOf = new Map<number, number>();

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#rowsPerChunk = blockRows * Math.max(1, Math.floor(chunkBytes / (4 * dimensions * blockRows)));
  }

  get rows(): number {
    return this.#facts.length;
  }

  add({ vector, ...facts }: ArenaRow): void {
    const row = this.rows;
    if (row === this.#chunks.length * this.#rowsPerChunk) {
      this.#chunks.push({
        vectors: new Float32Array(this.#rowsPerChunk * this.dimensions),
        collectionSlots: new Uint32Array(this.#rowsPerChunk),
      });
    }
    this.#place(row, facts, vector);
  }

  remove(number: number): void {
    const row = this.#rowOf.get(number);
    if (row === undefined) return;
    const last = this.rows - 1;
    if (row !== last) this.#place(row, this.#facts[last]!, this.#vector(last));
    this.#rowOf.delete(number);
    this.#facts.pop();
    // One piece is kept in reserve, lest removing and adding by turns allocate each time.
    if (this.#chunks.length > Math.ceil(last / this.#rowsPerChunk) + 1) this.#chunks.pop();
  }

  /** Gives a row to another person. */
  reassign(number: number, person: KnownPerson): void {
    const row = this.#rowOf.get(number);
    if (row !== undefined) this.#facts[row] = { ...this.#facts[row]!, person };
  }

  facts(row: number): RowFacts {
    return this.#facts[row]!;
  }

  /** The facts of a reference, if it is here. */
  find(number: number): RowFacts | undefined {
    const row = this.#rowOf.get(number);
    return row === undefined ? undefined : this.#facts[row];
  }

  /**
   * The cosines of a probe and the rows of block b, rows b · blockRows and up, into `scores`; NaN for rows of
   * collections whose slot is not 1 in `wanted`. Tells how many rows the block has.
   */
  scoreBlock(block: number, ask: { probe: Float32Array; wanted: Uint8Array; scores: Float64Array }): number {
    const firstRow = block * blockRows;
    const { vectors, collectionSlots } = this.#chunks[Math.floor(firstRow / this.#rowsPerChunk)]!;
    const start = firstRow % this.#rowsPerChunk;
    const count = Math.min(blockRows, this.rows - firstRow);
    for (let at = 0; at < count; at++) {
      const isWanted = ask.wanted[collectionSlots[start + at]!] === 1;
      ask.scores[at] = isWanted ? dot(vectors, (start + at) * this.dimensions, ask.probe) : Number.NaN;
    }
    return count;
  }

  #place(row: number, facts: RowFacts, vector: Float32Array): void {
    const chunk = this.#chunks[Math.floor(row / this.#rowsPerChunk)]!;
    const at = row % this.#rowsPerChunk;
    chunk.vectors.set(vector, at * this.dimensions);
    chunk.collectionSlots[at] = facts.collectionSlot;
    this.#facts[row] = facts;
    this.#rowOf.set(facts.number, row);
  }

  #vector(row: number): Float32Array {
    const start = (row % this.#rowsPerChunk) * this.dimensions;
    const { vectors } = this.#chunks[Math.floor(row / this.#rowsPerChunk)]!;
    return vectors.subarray(start, start + this.dimensions);
  }
}

function dot(vectors: Float32Array, start: number, probe: Float32Array): number {
  const dimensions = probe.length;
  const fours = dimensions & ~3;
  // Four sums, for an addition waits for the one before it in the same sum only.
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  let at = 0;
  for (; at < fours; at += 4) {
    one += vectors[start + at]! * probe[at]!;
    two += vectors[start + at + 1]! * probe[at + 1]!;
    three += vectors[start + at + 2]! * probe[at + 2]!;
    four += vectors[start + at + 3]! * probe[at + 3]!;
  }
  for (; at < dimensions; at++) one += vectors[start + at]! * probe[at]!;
  return one + two + (three + four);
}
