import { type NativeFaissIndex, native } from './binding.ts';
import {
  asIndexError,
  checkDimensions,
  checkLabels,
  checkManyVectors,
  checkRows,
  movesOf,
  requireThat,
  runSearch,
  translated,
} from './checks.ts';
import {
  type Move,
  type VectorHit,
  type VectorIndex,
  VectorIndexError,
  type VectorSearch,
} from './vector-index.ts';

export type FaissSearch = VectorSearch & {
  /** Inverted lists to be looked at, where the index has them; 1 when not told. */
  readonly lists?: number;
};

function made(make: () => NativeFaissIndex): NativeFaissIndex {
  try {
    return make();
  } catch (cause) {
    throw asIndexError(cause);
  }
}

/**
 * One of FAISS's own: `Flat` is exact and the oracle of tests, `IVF1024,SQ8` and the like must be trained. Writes shut
 * searches out, and rows of kinds without flat codes or inverted lists cannot be removed.
 */
export class FaissIndex implements VectorIndex {
  readonly dimensions: number;
  readonly #index: NativeFaissIndex;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(index: NativeFaissIndex) {
    this.#index = index;
    this.dimensions = index.dimensions;
  }

  /** By FAISS's factory string; VectorIndexError `refused` when FAISS does not understand it. */
  static create(dimensions: number, factory: string): FaissIndex {
    checkDimensions(dimensions);
    return new FaissIndex(made(() => new native.NativeFaissIndex(dimensions, factory)));
  }

  /** From what serialise() gave; VectorIndexError when it is something else. Only for bytes whose checksum was checked. */
  static deserialise(bytes: Uint8Array): FaissIndex {
    return new FaissIndex(made(() => new native.NativeFaissIndex(bytes)));
  }

  get rows(): number {
    return this.#index.rows;
  }

  get isTrained(): boolean {
    return this.#index.isTrained;
  }

  async train(vectors: Float32Array): Promise<void> {
    await checkManyVectors(vectors, this.dimensions);
    await this.#inTurn(() => this.#index.train(vectors));
  }

  async add(vectors: Float32Array, labels: Uint32Array): Promise<number> {
    checkLabels(labels, await checkManyVectors(vectors, this.dimensions));
    return this.#inTurn(() => {
      if (!this.isTrained)
        throw new VectorIndexError('unsupported', 'This FAISS index must be trained first.');
      return this.#index.add(vectors, labels);
    });
  }

  async remove(rows: Uint32Array): Promise<Move[]> {
    const moves = await this.#inTurn(() => {
      checkRows(rows, this.rows);
      return this.#index.remove(rows);
    });
    return movesOf(moves);
  }

  /** Writes happen in the order of their calls. */
  #inTurn<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#turn.then(() => translated(write()));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async search(search: FaissSearch): Promise<VectorHit[][]> {
    const { lists = 1 } = search;
    requireThat(Number.isInteger(lists) && lists >= 1, `${lists} is no number of lists.`);
    const kind = { scansOriginals: false, deviations: 0, dimensions: this.dimensions };
    return runSearch(search, kind, (request) => this.#index.search(search.probes, request, lists));
  }

  serialise(): Promise<Uint8Array> {
    return translated(this.#index.serialise());
  }
}
