import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { makeFaces } from '../../../native/yardstick/binding.ts';
import { randomNumbers } from '../../fixtures/vectors.ts';
import { percentile } from '../framework/rounds.ts';
import { modelOf } from './face-sets.ts';
import type { BenchGallery } from './gallery.ts';

export type WriteFindings = {
  readonly removeThousandMs: number;
  /** The longest search while rows came and went, less the middle of those before. */
  readonly longestStallMs: number;
  readonly loopDelayP99Ms: number;
};

const removed = 1000;

/** Adds and removes rows while searches run without pause. Leaves other rows in the gallery than it found. */
export async function measureWrites(gallery: BenchGallery, forMs: number): Promise<WriteFindings> {
  const { codes, measured } = gallery;
  const removals: number[] = [];
  const random = randomNumbers(1);
  const removeSome = (): void => {
    const rows = new Set<number>();
    while (rows.size < removed) rows.add(Math.floor(random() * codes.rows));
    const start = performance.now();
    codes.removeNow(Uint32Array.from(rows));
    removals.push(performance.now() - start);
  };
  // Made beforehand, for that takes longer than all else.
  const newcomers = makeFaces(modelOf(measured), { firstPerson: 300_000_000, count: removed, picture: 0 });
  const quiet = await searchFor(gallery, forMs / 3);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const busy = searchFor(gallery, forMs);
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await codes.add(newcomers, new Uint32Array(removed));
    removeSome();
    await nextTurn();
  }
  const longest = Math.max(...(await busy));
  delay.disable();
  return {
    removeThousandMs: percentile(removals, 50),
    longestStallMs: longest - percentile(quiet, 50),
    loopDelayP99Ms: delay.percentile(99) / 1e6,
  };
}

async function searchFor({ codes, probes, threshold }: BenchGallery, forMs: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + forMs;
  for (let turn = 0; performance.now() < end; turn++) {
    const start = performance.now();
    await codes.search({ probes: probes[turn % probes.length]!.vector, limit: 10, minScore: threshold });
    times.push(performance.now() - start);
  }
  return times;
}
