import type { DecodeLimits } from '../../../domain/ports/picture-codec.ts';

/** What a worker needs to open its analyser; plain data, for it crosses two processes and a thread. */
export type AnalyserSettings = {
  readonly catalogueFile: string;
  readonly modelFolders: readonly string[];
  readonly profile: string;
  /** Threads that one network may use; workers are the better way to use more cores. */
  readonly threadsPerWorker: number;
  readonly limits: DecodeLimits;
  readonly tiles: 'auto' | 'always' | 'never';
  /** JPEG quality of the model-neutral crop, 1 to 100. */
  readonly cropQuality: number;
};

/** What main tells the vision process in its first message. */
export type VisionSettings = {
  readonly workers: number;
  /** URL of the module at the root of each worker thread; it calls `serveAnalyser`. */
  readonly workerModule?: string;
  readonly analyser: AnalyserSettings;
};

/** The descriptor of the pipe of the vision process, and of the first of its workers' pipes: their lanes. */
export const processPipe = 3;
export const firstLanePipe = 4;

/**
 * How glibc is to keep memory in a process that decodes pictures. It makes an arena for each of many threads, and what
 * one freed no other reuses: two arenas took 424 MB where sixteen took 533. What a picture's networks need they need for
 * the next one too, so blocks up to the largest that an arena holds (32 MiB) stay: resident memory is then as flat as the
 * work (430 MB ± 1 over 400 photographs), where it went up and down by 80 MB, with each page zeroed anew.
 */
export const memoryEnvironment = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
} as const;

/**
 * How V8 is to keep memory there. Its heap is small and stays so, and by itself it walks all of it for every few
 * pictures' bytes, which lie beside the heap: of a picture's time on the processor that took a sixth.
 */
export const heapArguments = ['--initial-heap-size=64'] as const;
