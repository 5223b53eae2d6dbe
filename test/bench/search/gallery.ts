import { ScanIndex } from '../../../native/faiss/scan-index.ts';
import { MemoryFloor, readKernels } from '../../../native/yardstick/binding.ts';
import { type Probe, probesOf, rowsOf, type SearchCase, scoreAtFmr001 } from './face-sets.ts';
import { settledBytes } from './settled-bytes.ts';

/** What one case is measured on. */
export type BenchGallery = {
  readonly measured: SearchCase;
  /** With float32 originals. */
  readonly index: ScanIndex;
  /** Without originals, as with LMDB. */
  readonly codes: ScanIndex;
  readonly floor: MemoryFloor;
  /** The quickest of the read kernels. */
  readonly floorKernel: number;
  readonly probes: readonly Probe[];
  /** The score at a false-match rate of 1e-3. */
  readonly threshold: number;
  readonly built: Built;
};

/** How long building took, without making the vectors, and what it holds. */
export type Built = {
  readonly withOriginalsMs: number;
  readonly codesMs: number;
  readonly codesBytesARow: number;
};

export async function buildGallery(measured: SearchCase, probes: number): Promise<BenchGallery> {
  const { dimensions, rows } = measured;
  const index = new ScanIndex({ dimensions, originals: 'float32' });
  const codes = new ScanIndex({ dimensions, originals: 'none' });
  const built = await fill(measured, codes, index);
  const floor = new MemoryFloor(rows * dimensions * 4);
  return {
    measured,
    index,
    codes,
    floor,
    floorKernel: quickestKernel(floor),
    probes: probesOf(measured, probes),
    threshold: scoreAtFmr001(measured),
    built,
  };
}

/** Two passes: what one index holds must not be counted with what the other does. */
async function fill(measured: SearchCase, codes: ScanIndex, index: ScanIndex): Promise<Built> {
  const before = await settledBytes();
  const codesMs = await timeAdding(measured, codes);
  const codesBytesARow = ((await settledBytes()) - before) / measured.rows;
  return { codesMs, codesBytesARow, withOriginalsMs: await timeAdding(measured, index) };
}

async function timeAdding(measured: SearchCase, index: ScanIndex): Promise<number> {
  let taken = 0;
  for (const { vectors, labels } of rowsOf(measured)) {
    const start = performance.now();
    await index.add(vectors, labels);
    taken += performance.now() - start;
  }
  return taken;
}

function quickestKernel(floor: MemoryFloor): number {
  const times = Array.from({ length: readKernels }, (_, kernel) =>
    Math.min(...Array.from({ length: 5 }, () => floor.read(kernel))),
  );
  return times.indexOf(Math.min(...times));
}
