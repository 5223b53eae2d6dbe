import type { Person, Uuid } from '../../../domain/gallery.ts';

/** What a search must know of a person. Rows point to her, so that a change counts for all of her faces at once. */
export type KnownPerson = {
  readonly id: Uuid;
  standing: Pick<Person, 'status' | 'validFromMs' | 'validUntilMs'>;
  /** From the moment an erasure is asked for. */
  hidden: boolean;
};

/** One template in memory, with what a search must know of it. */
export type ArenaRow = {
  /** The reference's: greater numbers were enrolled later. */
  readonly number: number;
  readonly referenceId: Uuid;
  readonly collectionId: Uuid;
  readonly person: KnownPerson;
  readonly vector: Float32Array;
};

export type RowFacts = Omit<ArenaRow, 'vector'>;

/** So many bytes of vectors lie in one piece: growth allocates a piece and copies nothing. */
const chunkBytes = 4 * 1024 * 1024;

/**
 * The templates of one embedding model, in memory and without gaps: row r lies in chunk ⌊r / rowsPerChunk⌋. A removal
 * moves the last row into the gap, to a lower place; a reader that walks from the last row to the first therefore
 * meets every row that was there all the time, a moved one perhaps twice.
 */
export class Arena {
  readonly dimensions: number;
  readonly rowsPerChunk: number;
  readonly #chunks: Float32Array[] = [];
  readonly #facts: RowFacts[] = [];
  readonly #rowOf = new Map<number, number>();

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.rowsPerChunk = Math.max(1, Math.floor(chunkBytes / (4 * dimensions)));
  }

  get rows(): number {
    return this.#facts.length;
  }

  add({ vector, ...facts }: ArenaRow): void {
    const row = this.rows;
    if (row === this.#chunks.length * this.rowsPerChunk) {
      this.#chunks.push(new Float32Array(this.rowsPerChunk * this.dimensions));
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
    if (this.#chunks.length > Math.ceil(last / this.rowsPerChunk) + 1) this.#chunks.pop();
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

  /** The cosine of a row and a probe of as many dimensions. */
  score(row: number, probe: Float32Array): number {
    const chunk = this.#chunks[Math.floor(row / this.rowsPerChunk)]!;
    const start = (row % this.rowsPerChunk) * this.dimensions;
    const fours = this.dimensions & ~3;
    // Four sums, for each waits for its own last addition only.
    let [one, two, three, four] = [0, 0, 0, 0];
    let at = 0;
    for (; at < fours; at += 4) {
      one += chunk[start + at]! * probe[at]!;
      two += chunk[start + at + 1]! * probe[at + 1]!;
      three += chunk[start + at + 2]! * probe[at + 2]!;
      four += chunk[start + at + 3]! * probe[at + 3]!;
    }
    for (; at < this.dimensions; at++) one += chunk[start + at]! * probe[at]!;
    return one + two + (three + four);
  }

  #place(row: number, facts: RowFacts, vector: Float32Array): void {
    const chunk = this.#chunks[Math.floor(row / this.rowsPerChunk)]!;
    chunk.set(vector, (row % this.rowsPerChunk) * this.dimensions);
    this.#facts[row] = facts;
    this.#rowOf.set(facts.number, row);
  }

  #vector(row: number): Float32Array {
    const start = (row % this.rowsPerChunk) * this.dimensions;
    return this.#chunks[Math.floor(row / this.rowsPerChunk)]!.subarray(start, start + this.dimensions);
  }
}
