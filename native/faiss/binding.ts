import { loadAddon } from '../load-addon.ts';

/** A search's hits, all probes' one after the other; `counts` says how many each probe has. */
export type NativeHits = {
  readonly counts: Uint32Array;
  readonly rows: Uint32Array;
  readonly labels: Uint32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
};

/** Of the addon's making: tells a search in work to end. */
export type NativeFlag = { readonly __brand: 'flag' };

export type NativeSearch = {
  readonly limit: number;
  readonly minScore: number;
  readonly scansOriginals: boolean;
  readonly deviations: number;
  readonly threads: number;
  readonly flag: NativeFlag;
  readonly bitmaps: readonly (Uint8Array | Uint32Array)[];
};

export interface NativeScanIndex {
  readonly rows: number;
  readonly codeBytes: number;
  readonly kernel: string;
  encode(vectors: Float32Array, codes: Uint8Array): Promise<void>;
  encodeNow(vectors: Float32Array, codes: Uint8Array): void;
  areSound(codes: Uint8Array): number;
  reserve(rows: number): void;
  append(codes: Uint8Array, labels: Uint32Array, originals?: Float32Array): number;
  remove(rows: Uint32Array): Uint32Array;
  search(probes: Float32Array, search: NativeSearch): Promise<NativeHits>;
}

export interface NativeFaissIndex {
  readonly rows: number;
  readonly dimensions: number;
  readonly isTrained: boolean;
  train(vectors: Float32Array): Promise<void>;
  add(vectors: Float32Array, labels: Uint32Array): Promise<number>;
  remove(rows: Uint32Array): Promise<Uint32Array>;
  search(probes: Float32Array, search: NativeSearch, lists: number): Promise<NativeHits>;
  serialise(): Promise<Uint8Array>;
}

type Native = {
  readonly NativeScanIndex: new (
    dimensions: number,
    bytesAValue: number,
    seed: number,
    kernel?: string,
  ) => NativeScanIndex;
  readonly NativeFaissIndex: {
    new (dimensions: number, factory: string): NativeFaissIndex;
    new (bytes: Uint8Array): NativeFaissIndex;
  };
  createFlag(): NativeFlag;
  setFlag(flag: NativeFlag): void;
  usableKernels(): string[];
  useThreads(threads: number): void;
};

/** Nothing is checked here: `scan-index.ts` and `faiss-index.ts` are the only callers. */
export const native: Native = loadAddon<Native>('faiss');

/** The kernels that this processor can run, the plainest first; the last is taken unless told otherwise. */
export const usableKernels: readonly string[] = native.usableKernels();

/** Sets the number of threads that all indexes share, 2 at first. Waits for searches in work: to be called at start. */
export function useSearchThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new RangeError(`${threads} is no number of threads from 1 to 256.`);
  }
  native.useThreads(threads);
}
