import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ScanIndex } from '../../../native/faiss/scan-index.ts';
import { galleryFile } from '../../../src/adapters/gallery/lmdb/disk/store-files.ts';
import { atMost, type Benchmark, type Figure, figure, type Target } from '../framework/benchmark.ts';
import { inTurn, median, medianRatio } from '../framework/rounds.ts';

import { type FilledStore, facesAPerson, fillStore, type StoreSize } from './filled-store.ts';
import type { Opened } from './open-store.ts';
import { dropFromCache } from './page-cache.ts';
import type { Read } from './read-records.ts';
import { timeToReady } from './time-to-ready.ts';

const run = promisify(execFile);
const mega = 1e6;

type Plan = { readonly rounds: number; readonly starts: number; readonly sizes: readonly StoreSize[] };

const full: Plan = {
  rounds: 5,
  starts: 3,
  sizes: [
    { references: 1_000_000, dimensions: 128 },
    { references: 200_000, dimensions: 512 },
  ],
};
const small: Plan = {
  rounds: 3,
  starts: 1,
  sizes: [
    { references: 30_000, dimensions: 128 },
    { references: 20_000, dimensions: 512 },
  ],
};

/** From a store on the disk to the first answer, each time in a process of its own, against bare lmdb that reads the same. */
export const restart: Benchmark = async ({ quick, say }) => {
  const plan = quick ? small : full;
  const figures: Figure[] = [];
  const targets: Target[] = [];
  for (const size of plan.sizes) {
    say(`enrolling ${nameOf(size)}`);
    await using store = await fillStore(size);
    say('opening');
    const measured = await measure(store, size, plan);
    figures.push(...measured.figures);
    targets.push(...measured.targets);
  }
  const { rounds, starts, sizes } = plan;
  return {
    scale: { sizes: sizes.map(nameOf).join(', '), facesAPerson, rounds, starts, quick },
    figures,
    targets,
  };
};

async function measure(
  store: FilledStore,
  size: StoreSize,
  plan: Plan,
): Promise<{ figures: Figure[]; targets: Target[] }> {
  const name = nameOf(size);
  const { references, dimensions } = size;
  const indexBytes = references * new ScanIndex({ dimensions, originals: 'none' }).codeBytes;
  const last: { opened?: Opened; read?: Read } = {};
  const open = async () => {
    last.opened = await inProcess<Opened>('open-store.ts', store.storeDir, String(dimensions));
    return last.opened.answeredMs;
  };
  const read = async () => {
    // Beside each code stands whose it is.
    last.read = await inProcess<Read>('read-records.ts', store.storeDir, String(2 * indexBytes));
    return last.read.readMs;
  };
  const file = galleryFile(store.storeDir);
  const canDrop = await dropFromCache(file);
  const dropped = (work: () => Promise<number>) => async () => {
    await dropFromCache(file);
    return work();
  };
  // The first look at the file is nobody's.
  await read();
  const warm = await inTurn({ open, read }, plan.rounds);
  const cold = canDrop ? await inTurn({ open: dropped(open), read: dropped(read) }, plan.rounds) : undefined;
  const ready = await inTurn({ start: () => timeToReady(store.dataDir) }, plan.starts);
  const { loadedMs, rssBytes, ownBytes } = last.opened!;
  return {
    figures: [
      ...times(`${name}, warm`, warm),
      ...(cold ? times(`${name}, page cache dropped`, cold) : []),
      figure(`${name}, all persons known`, loadedMs, 'ms'),
      figure(`${name}, process start to /readyz`, median(ready.start), 'ms'),
      figure(`${name}, codes read`, last.read!.bytes / mega, 'MB'),
      figure(`${name}, index`, indexBytes / mega, 'MB'),
      figure(`${name}, resident`, rssBytes / mega, 'MB'),
      figure(`${name}, resident without mapped files`, ownBytes / mega, 'MB'),
    ],
    targets: [
      atMost(`${name}, warm, times reading the same`, medianRatio(warm.open, warm.read), 1.5),
      ...(cold
        ? [
            atMost(
              `${name}, page cache dropped, times reading the same`,
              medianRatio(cold.open, cold.read),
              1.5,
            ),
          ]
        : []),
      atMost(`${name}, resident, MB`, rssBytes / mega, (1.3 * indexBytes) / mega + 300),
    ],
  };
}

function times(name: string, { open, read }: Record<'open' | 'read', readonly number[]>): Figure[] {
  return [
    figure(`${name}, opening to the first answer`, median(open), 'ms'),
    figure(`${name}, bare lmdb reads the same`, median(read), 'ms'),
  ];
}

function nameOf({ references, dimensions }: StoreSize): string {
  return `${references} × ${dimensions}`;
}

/** What a script of this folder tells; in a new process nothing is compiled or in memory yet. */
async function inProcess<R>(script: string, ...args: string[]): Promise<R> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await run(process.execPath, [path, ...args]);
  return JSON.parse(stdout) as R;
}
