import { setTimeout as delay } from 'node:timers/promises';
import type { Uuid } from '../domain/gallery.ts';

type Lane = { readonly atOnce: number; readonly waiting: Uuid[]; readonly running: Set<Promise<void>> };

/** Lets jobs of one kind run in the order of their coming, only so many at once; kinds do not wait for each other. */
export class JobLanes {
  readonly #run: (id: Uuid) => Promise<void>;
  readonly #lanes = new Map<string, Lane>();
  #closed = false;

  /** `run` never rejects. */
  constructor(run: (id: Uuid) => Promise<void>) {
    this.#run = run;
  }

  open(kind: string, atOnce: number): void {
    this.#lanes.set(kind, { atOnce, waiting: [], running: new Set() });
  }

  /** Passed over when the job waits already. */
  enter(kind: string, id: Uuid): void {
    const lane = this.#lanes.get(kind);
    if (!lane) throw new Error(`There is no lane for the kind ${kind}`);
    if (!lane.waiting.includes(id)) lane.waiting.push(id);
    this.#next(lane);
  }

  /** Lets none begin any more; tells whether all ended in time. */
  async close(graceMs: number): Promise<boolean> {
    this.#closed = true;
    const patience = new AbortController();
    const all = [...this.#lanes.values()].flatMap(({ running }) => [...running]);
    const late = delay(graceMs, false, { signal: patience.signal, ref: false }).catch(() => false);
    const inTime = await Promise.race([Promise.all(all).then(() => true), late]);
    patience.abort();
    return inTime;
  }

  #next(lane: Lane): void {
    while (!this.#closed && lane.running.size < lane.atOnce) {
      const id = lane.waiting.shift();
      if (id === undefined) return;
      const run = this.#run(id).then(() => {
        lane.running.delete(run);
        this.#next(lane);
      });
      lane.running.add(run);
    }
  }
}
