import { type NativeScanIndex, native, usableKernels } from './binding.ts';
import {
  asIndexError,
  checkDimensions,
  checkLabels,
  checkManyVectors,
  checkRows,
  checkVectors,
  movesOf,
  requireThat,
  runSearch,
  translated,
} from './checks.ts';
import type { Move, VectorHit, VectorIndex, VectorSearch } from './vector-index.ts';

/** What is kept in memory of the vectors themselves. */
export type Originals = 'none' | 'float16' | 'float32';

const bytesAValue: Readonly<Record<Originals, number>> = { none: 0, float16: 2, float32: 4 };

export type ScanIndexSettings = {
  /** 64 to 1024. */
  readonly dimensions: number;
  readonly originals: Originals;
  /** Decides the rotation, a whole number below 2³²: codes fit only an index of the same seed and dimensions. */
  readonly seed?: number;
  /** One of `usableKernels`, for tests and measurements; the best when not told. */
  readonly kernel?: string;
};

/**
 * `found`: by codes; each row that belongs into the answer is missed with a probability of 3.4e-6. `exact`: by codes with
 * wider bounds, 2.9e-7. `plain`: without codes and bounds, reads every original; needs them as float32.
 */
export type ScanMode = 'found' | 'exact' | 'plain';

const deviations: Readonly<Record<ScanMode, number>> = { found: 4.5, exact: 5, plain: 5 };

/** A call that changes rows holds Node's thread; so many take about a millisecond. */
const rowsAtATime = 1024;

export type ScanSearch = VectorSearch & { readonly mode?: ScanMode };

/** Rows ready to be added: their codes, to be kept elsewhere as well, and their originals. */
export type EncodedRows = {
  /** `codeBytes` a row. */
  readonly codes: Uint8Array;
  readonly labels: Uint32Array;
  /** Left out where the index keeps none. */
  readonly vectors?: Float32Array;
  /** Whether it is known that encode() wrote the codes, so that they need not be looked at. */
  readonly areWhole?: boolean;
};

/** Our index: short codes, scanned, with bounds; native/faiss/core/bounds.h has the mathematics. */
export class ScanIndex implements VectorIndex {
  readonly dimensions: number;
  readonly originals: Originals;
  /** The size of one row's code. */
  readonly codeBytes: number;
  readonly #index: NativeScanIndex;

  constructor({ dimensions, originals, seed = 1, kernel }: ScanIndexSettings) {
    checkDimensions(dimensions);
    requireThat(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, `${seed} is no seed below 2³².`);
    requireThat(
      kernel === undefined || usableKernels.includes(kernel),
      `This processor has no kernels ${kernel}, but ${usableKernels.join(', ')}.`,
    );
    this.dimensions = dimensions;
    this.originals = originals;
    this.#index = new native.NativeScanIndex(dimensions, bytesAValue[originals], seed, kernel);
    this.codeBytes = this.#index.codeBytes;
  }

  get rows(): number {
    return this.#index.rows;
  }

  /** The kernels in use. */
  get kernel(): string {
    return this.#index.kernel;
  }

  /** The codes of some vectors, by all threads; the vectors must stay as they are until it resolves. */
  async encode(vectors: Float32Array): Promise<Uint8Array> {
    const codes = new Uint8Array((await checkManyVectors(vectors, this.dimensions)) * this.codeBytes);
    await translated(this.#index.encode(vectors, codes));
    return codes;
  }

  /** As encode(), before it returns; a few dozen microseconds a vector. */
  encodeNow(vectors: Float32Array): Uint8Array {
    const codes = new Uint8Array(checkVectors(vectors, this.dimensions) * this.codeBytes);
    this.#index.encodeNow(vectors, codes);
    return codes;
  }

  /** Gets memory ready, on another thread, for so many rows that will be added; what was ready before and is not used goes. */
  reserve(rows: number): void {
    try {
      this.#index.reserve(rows);
    } catch (cause) {
      throw asIndexError(cause);
    }
  }

  /**
   * Adds rows at once and answers the number of the first: nothing else happens in between. Of codes that were kept
   * elsewhere each is looked at; one that encode() cannot have written is a RangeError, and then nothing is added.
   */
  append({ codes, labels, vectors, areWhole = false }: EncodedRows): number {
    const count = labels.length;
    requireThat(codes.length === count * this.codeBytes, `${codes.length} bytes are no ${count} codes.`);
    if (this.originals === 'none') {
      requireThat(vectors === undefined, 'This index keeps no originals.');
    } else {
      requireThat(vectors !== undefined, 'This index keeps originals, and there are none.');
      checkLabels(labels, checkVectors(vectors!, this.dimensions));
    }
    const damaged = areWhole ? -1 : this.#index.areSound(codes);
    requireThat(damaged === -1, `Code ${damaged} is damaged.`);
    return this.#append(codes, labels, vectors);
  }

  #append(codes: Uint8Array, labels: Uint32Array, vectors: Float32Array | undefined): number {
    try {
      return this.#index.append(codes, labels, vectors);
    } catch (cause) {
      throw asIndexError(cause);
    }
  }

  /** Encodes and appends by parts, between which other calls may change the rows. */
  async add(vectors: Float32Array, labels: Uint32Array): Promise<number> {
    checkLabels(labels, await checkManyVectors(vectors, this.dimensions));
    let first = this.rows;
    for (let done = 0; done < labels.length; done += rowsAtATime) {
      const end = Math.min(labels.length, done + rowsAtATime);
      const part = vectors.subarray(done * this.dimensions, end * this.dimensions);
      const codes = new Uint8Array((end - done) * this.codeBytes);
      await translated(this.#index.encode(part, codes));
      const kept = this.originals === 'none' ? undefined : part;
      const row = this.#append(codes, labels.subarray(done, end), kept);
      if (done === 0) first = row;
    }
    return first;
  }

  async remove(rows: Uint32Array): Promise<Move[]> {
    return this.removeNow(rows);
  }

  /**
   * As remove(), before it returns, so that the caller's own tables can follow in the same turn. A thousand rows take
   * about a millisecond.
   */
  removeNow(rows: Uint32Array): Move[] {
    checkRows(rows, this.rows);
    return movesOf(this.#index.remove(rows));
  }

  /**
   * Without originals all rows are answered that can belong to the best `limit`, by their highest possible score; with
   * rescore() the caller finds those that do.
   */
  async search(search: ScanSearch): Promise<VectorHit[][]> {
    const { mode = 'found' } = search;
    requireThat(mode !== 'plain' || this.originals === 'float32', 'A plain scan needs originals as float32.');
    const kind = {
      scansOriginals: mode === 'plain',
      deviations: deviations[mode],
      dimensions: this.dimensions,
    };
    return runSearch(search, kind, (request) => this.#index.search(search.probes, request));
  }
}
