import type { ScanSearch } from '../../../native/faiss/scan-index.ts';
import { randomNumbers } from '../../fixtures/vectors.ts';
import { inTurn, type Rounds } from '../framework/rounds.ts';
import type { BenchGallery } from './gallery.ts';

export const queriesAtOnce = 16;
export const shares = [0.01, 0.1, 1] as const;

type Share = (typeof shares)[number];

export type Timed =
  | 'floor'
  | 'plain'
  | 'exact'
  | 'found'
  | 'found, codes only'
  | '16 at once, each'
  | '16 at once exact, each'
  | `exact, ${Share} allowed`
  | `found, ${Share} allowed`;

/** A bitmap that allows a share of the rows, spread evenly by chance. */
export function bitmapAllowing(share: number, rows: number): Uint8Array {
  const random = randomNumbers(Math.round(share * 1000));
  const bitmap = new Uint8Array(Math.ceil(rows / 8));
  for (let row = 0; row < rows; row++) if (random() < share) bitmap[row >> 3]! |= 1 << (row & 7);
  return bitmap;
}

/** Milliseconds a call, call by call in turn with reading all the memory. One thread, ten hits. */
export async function timeSearches(gallery: BenchGallery, rounds: number): Promise<Rounds<Timed>> {
  const { index, codes, floor, floorKernel, probes, threshold, measured } = gallery;
  let turn = 0;
  const next = (): Float32Array => probes[turn++ % probes.length]!.vector;
  const many = (): Float32Array => {
    const vectors = new Float32Array(queriesAtOnce * measured.dimensions);
    for (let i = 0; i < queriesAtOnce; i++) vectors.set(next(), i * measured.dimensions);
    return vectors;
  };
  const timed = async (search: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await search();
    return performance.now() - start;
  };
  const limit = 10;
  const run = (options: Partial<ScanSearch>): (() => Promise<number>) => {
    return () => {
      const probe = next();
      return timed(() => index.search({ probes: probe, limit, ...options }));
    };
  };
  const found = { minScore: threshold };
  const exact = { mode: 'exact' } as const;
  const contestants: Record<string, () => Promise<number>> = {
    floor: async () => floor.read(floorKernel),
    plain: run({ mode: 'plain' }),
    exact: run(exact),
    found: run(found),
    'found, codes only': async () => {
      const probe = next();
      return timed(() => codes.search({ probes: probe, limit, ...found }));
    },
    '16 at once, each': async () => {
      const vectors = many();
      return (await timed(() => index.search({ probes: vectors, limit, ...found }))) / queriesAtOnce;
    },
    '16 at once exact, each': async () => {
      const vectors = many();
      return (await timed(() => index.search({ probes: vectors, limit, ...exact }))) / queriesAtOnce;
    },
  };
  for (const share of shares) {
    const allowed = [bitmapAllowing(share, measured.rows)];
    contestants[`found, ${share} allowed`] = run({ ...found, allowed });
    contestants[`exact, ${share} allowed`] = run({ ...exact, allowed });
  }
  // What was never used yet is slower the first time.
  await inTurn(contestants, 1);
  return (await inTurn(contestants, rounds)) as Rounds<Timed>;
}
