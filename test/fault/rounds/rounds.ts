import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { seeded } from '../../bench/accuracy/seeded.ts';
import { type Fate, showDiskAfterCut } from '../power-cut/disk-after-cut.ts';
import { powerCutEnvironment } from '../power-cut/under-power-cut.ts';
import { type LifeWish, type Moment, runLife } from './run-life.ts';
import type { Told } from './told.ts';
import { Truth } from './truth.ts';
import { Violation } from './violation.ts';

export type Rounds = {
  /** A folder for the stores; they are left there. */
  readonly root: string;
  readonly rounds: number;
  readonly seed: number;
  /** The process is killed, or the power of its disk goes: then with shim.c as compiled there. */
  readonly cut: 'kill' | { readonly shim: string };
  readonly withoutSync?: boolean;
  /** The store is scrubbed all the time; lives are longer then. */
  readonly scrubbed?: boolean;
  /** The power of a scrubbed store's disk goes after at most so many writes and syncs. */
  readonly scrubbedSteps?: number;
  /** The embedding model is changed all the time. */
  readonly switched?: boolean;
  /** Told before each round. */
  readonly onRound?: (round: number) => void;
};

export type Outcome = {
  /** That were begun. */
  readonly rounds: number;
  /** Acknowledged in all rounds. */
  readonly writes: number;
  /** How often a scrub came to its end. */
  readonly scrubs: number;
  /** How often a change of the model came to its end. */
  readonly switches: number;
  /** What the store showed in the last round that it must not, and where it lies. */
  readonly violation?: string;
};

type Store = {
  readonly dir: string;
  readonly isSealed: boolean;
  readonly notes: string;
  readonly truth: Truth;
};

const actors = 5;
const livesOfAStore = 10;
const mostMs = 400;
const mostLines = 300;
const mostSteps = 700;
/** Less than a scrub, mostly. */
const fewScrubbedSteps = 3_000;
const fates: readonly Fate[] = [
  'none kept',
  'all kept',
  'whole writes',
  'whole writes',
  'torn writes',
  'torn writes',
];
const withoutSync = join(import.meta.dirname, 'without-sync.ts');

/**
 * Opens a store, lets actors write to it, cuts it off at a random moment and opens it again, round after round; every
 * few rounds with a new store, by turns sealed. Ends at the first violation.
 */
export async function runRounds(wish: Rounds): Promise<Outcome> {
  const random = seeded(wish.seed);
  let writes = 0;
  let scrubs = 0;
  let switches = 0;
  let round = 0;
  let isSealed = wish.seed % 2 === 1;
  while (round < wish.rounds) {
    const notes = await mkdtemp(join(wish.root, 'store-'));
    const store = { dir: join(notes, 'data'), isSealed, notes, truth: new Truth() };
    const rest = { dir: store.dir, isSealed, number: 0, actors: 0 };
    isSealed = !isSealed;
    await mkdir(store.dir);
    try {
      // The files are made before the first cut: rounds are about what was acknowledged.
      await store.truth.note(await runLife(rest));
      for (let life = 0; life < livesOfAStore && round < wish.rounds; life++) {
        round++;
        wish.onRound?.(round);
        const told = await liveUntilCut(wish, store, { number: wish.seed * 10_000 + round, random });
        writes += told.filter(({ what }) => what === 'done').length;
        scrubs += told.filter(({ what }) => what === 'scrubbed').length;
        switches += told.filter(({ what }) => what === 'switched').length;
        await store.truth.note(told);
      }
      await store.truth.note(await runLife(rest));
      if (!store.truth.isClean) throw new Violation('Removals are left that no scrub has ended');
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { rounds: round, writes, scrubs, switches, violation: `${error.message} (${store.dir})` };
    }
  }
  return { rounds: round, writes, scrubs, switches };
}

async function liveUntilCut(
  wish: Rounds,
  { dir, isSealed, notes }: Store,
  { number, random }: { number: number; random: () => number },
): Promise<Told[]> {
  const life: LifeWish = {
    ...{
      dir,
      isSealed,
      number,
      actors,
      isScrubbed: wish.scrubbed ?? false,
      isSwitched: wish.switched ?? false,
    },
    ...(wish.withoutSync && { preload: withoutSync }),
  };
  if (wish.cut === 'kill') {
    const kill = wish.scrubbed ? { scrubs: number % 3, ms: random() * mostMs } : momentOf(random);
    return runLife({ ...life, kill });
  }
  const steps = wish.scrubbed
    ? random() * (wish.scrubbedSteps ?? fewScrubbedSteps)
    : random() ** 2 * mostSteps;
  const afterSteps = 1 + Math.floor(steps);
  const { log, env } = await powerCutEnvironment({ library: wish.cut.shim, dir, notes, afterSteps });
  const told = await runLife({ ...life, env });
  const fate = fates[Math.floor(random() * fates.length)]!;
  await showDiskAfterCut({ dir, log, fate, sectorBytes: random() < 0.5 ? 512 : 4096, random });
  return told;
}

/** Some while the store is being opened, most while it is written to. */
function momentOf(random: () => number): Moment {
  return random() < 0.2 ? { ms: random() * mostMs } : { lines: 1 + Math.floor(random() * mostLines) };
}
