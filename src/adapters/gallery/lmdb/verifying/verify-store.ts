import type { StoreReport, VerifyWish } from '../../../../domain/store-report.ts';
import { Pace } from '../../../../primitives/pace.ts';
import type { Environment } from '../disk/environment.ts';
import type { Pictures } from '../disk/pictures.ts';
import type { Tables } from '../disk/tables.ts';
import type { Finder } from '../finder/finder.ts';
import type { Writer } from '../writing/writer.ts';
import { checksOf, lateChecksOf } from './checks.ts';
import { Faults } from './faults.ts';
import { compareIndex } from './index-check.ts';
import type { Scan, TableCheck } from './scan.ts';

export type VerifyParts = {
  readonly environment: Environment;
  readonly tables: Tables;
  readonly pictures: Pictures;
  readonly writer: Writer;
  readonly finder: Finder;
  /** Resolves when the finder has all that is stored. */
  readonly loaded: () => Promise<void>;
};

const sliceMs = 3;
const repairsInAWrite = 50;
const toldEveryMs = 500;
/** What is made anew may show what else is wrong. */
const mostRounds = 4;

/**
 * Looks at every record of the store and compares each with the others, at one moment and in slices, while others read and
 * write. With `repair` what others know is made anew, and looked at again.
 */
export async function verifyStore(parts: VerifyParts, wish: VerifyWish): Promise<StoreReport> {
  await parts.loaded();
  const faults = new Faults();
  const walk = new Walk(wish);
  for (let round = 1; ; round++) {
    await runRound(parts, faults, walk);
    const repaired = wish.repair ? await makeRepairs(parts, faults) : 0;
    if (repaired === 0 || round === mostRounds) break;
  }
  const records = recordsIn(checksOf(parts.tables, parts.pictures.table));
  return { records, counts: faults.counts(), faults: faults.told() };
}

async function runRound(parts: VerifyParts, faults: Faults, walk: Walk): Promise<void> {
  const { environment, tables, pictures } = parts;
  const snapshot = environment.snapshot();
  // The later one: a picture is written before the reference that names it, and goes after it.
  const laterSnapshot = pictures.snapshot();
  try {
    const scan = { snapshot, pictures: laterSnapshot, faults };
    await walk.all(scan, checksOf(tables, pictures.table));
    if (faults.waiting === 0) await walk.all(scan, lateChecksOf(tables));
  } finally {
    laterSnapshot.done();
    snapshot.done();
  }
  await compareIndex(parts, faults, () => walk.step());
}

/** Each repair looks again whether it is needed: others may have written since. */
async function makeRepairs({ writer }: VerifyParts, faults: Faults): Promise<number> {
  let made = 0;
  while (faults.waiting > 0) {
    const { repairs, done } = faults.take(repairsInAWrite);
    await writer.commit((ledger) => {
      for (const repair of repairs) repair(ledger);
    });
    done();
    made += repairs.length;
  }
  return made;
}

function recordsIn(checks: readonly TableCheck[]): number {
  return checks.reduce((sum, { records }) => sum + records, 0);
}

/** Goes through tables record by record, and lets others have their turn. */
class Walk {
  readonly #wish: VerifyWish;
  readonly #pace = new Pace(sliceMs);
  #done = 0;
  #total = 0;
  #toldAtMs = performance.now();

  constructor(wish: VerifyWish) {
    this.#wish = wish;
  }

  async all(scan: Scan, checks: readonly TableCheck[]): Promise<void> {
    this.#total += recordsIn(checks);
    for (const check of checks) {
      for (const _ of check.run(scan)) {
        this.#done++;
        if (this.#pace.isOver) await this.#rest();
      }
    }
  }

  /** To be called after each row of what is no table. */
  async step(): Promise<void> {
    if (this.#pace.isOver) await this.#rest();
  }

  async #rest(): Promise<void> {
    await this.#pace.rest();
    this.#wish.signal.throwIfAborted();
    if (performance.now() < this.#toldAtMs + toldEveryMs) return;
    this.#toldAtMs = performance.now();
    await this.#wish.onProgress({ done: this.#done, total: Math.max(this.#done, this.#total) });
  }
}
