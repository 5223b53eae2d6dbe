/** Where a row went when another was removed: the last row, `from`, took the place `to`; equal when the last was removed. */
export type Move = { readonly from: number; readonly to: number };

/**
 * What a search asks. A bitmap has one bit a row, row 0 in the lowest bit of the first byte; rows beyond its end are not
 * allowed, and with several bitmaps a row must be allowed by all. They are read before the call returns.
 */
export type VectorSearch = {
  /** Unit vectors, one after the other. */
  readonly probes: Float32Array;
  /** At most so many hits a probe. */
  readonly limit: number;
  /** Hits of a lower score are left out; −1, the default, finds all. */
  readonly minScore?: number;
  readonly allowed?: readonly (Uint8Array | Uint32Array)[];
  /** Threads for this search, if they are free; 1 when not told. */
  readonly threads?: number;
  /** The promise rejects with its reason. */
  readonly signal?: AbortSignal;
};

/**
 * A hit. The label is what the row was added with; the row is its number when the promise resolves. Where an index keeps
 * no originals, the score is only known to lie between `low` and `high`; else both are the score.
 */
export type VectorHit = {
  readonly row: number;
  readonly label: number;
  readonly low: number;
  readonly high: number;
};

/**
 * Unit vectors, searched by inner product. Rows are numbered from 0 without gaps in the order of adding; removing a row
 * moves the last one into its place. A search finds every row that was there when it was called and is not removed before
 * it resolves.
 *
 * Throws or rejects with RangeError for vectors that are not finite and of unit length (within 1e-4), sizes that do not
 * fit, and rows that are not there; with VectorIndexError for what the index cannot do.
 */
export interface VectorIndex {
  readonly dimensions: number;
  readonly rows: number;
  /** Resolves with the number of the first row. A label is any number below 2³². */
  add(vectors: Float32Array, labels: Uint32Array): Promise<number>;
  /** Rows as they are numbered at the call, none twice. Answers the moves in the order in which they happened. */
  remove(rows: Uint32Array): Promise<Move[]>;
  /** One list a probe, the best first. */
  search(search: VectorSearch): Promise<VectorHit[][]>;
}

/** `cancelled`, `out-of-memory`, `unsupported` (this index cannot do it), `refused` (by FAISS), `failed`. */
export class VectorIndexError extends Error {
  override readonly name = 'VectorIndexError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
