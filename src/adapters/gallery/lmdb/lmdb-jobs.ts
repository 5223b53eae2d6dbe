import type { Uuid } from '../../../domain/gallery.ts';
import {
  hasEnded,
  type Job,
  type JobStep,
  jobAfter,
  jobUnknown,
  type NewJob,
  newJob,
} from '../../../domain/job.ts';
import type { Jobs, JobsPruning, JobsWish } from '../../../domain/ports/jobs.ts';
import type { Environment } from './disk/environment.ts';
import { inSlices } from './disk/in-slices.ts';
import { numberBytes, ownUuidBytes, uuidBytes } from './disk/keys.ts';
import { nextNumber } from './disk/series.ts';
import type { Tables } from './disk/tables.ts';
import type { LedgerParts } from './writing/ledger.ts';

/** So many jobs are forgotten in one write. */
const prunedAtOnce = 64;

/** Jobs in the gallery's environment. */
export class LmdbJobs implements Jobs {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #nowMs: () => number;
  readonly #nextId: () => Uuid;

  constructor(environment: Environment, { tables, nowMs, nextId }: LedgerParts) {
    this.#environment = environment;
    this.#tables = tables;
    this.#nowMs = nowMs;
    this.#nextId = nextId;
  }

  async add(wish: NewJob): Promise<Job> {
    return this.#environment.write(() => {
      const number = nextNumber(this.#tables, 'jobs');
      const job = newJob({ id: this.#nextId(), number, createdAtMs: this.#nowMs() }, wish);
      this.#put(job);
      this.#tables.jobNumbers.put(ownUuidBytes(job.id), number);
      return job;
    });
  }

  async find(id: Uuid): Promise<Job | undefined> {
    return this.#get(id);
  }

  async list({ states, kind, limit }: JobsWish): Promise<Job[]> {
    const found: Job[] = [];
    for await (const slice of inSlices(this.#tables.jobs, { reverse: true })) {
      for (const { value } of slice) {
        if (found.length >= limit) return found;
        if (states && !states.includes(value.state)) continue;
        if (kind === undefined || value.kind === kind) found.push(value);
      }
    }
    return found;
  }

  async step(id: Uuid, step: JobStep): Promise<Job> {
    return this.#environment.write(() => {
      const job = this.#get(id);
      if (!job) throw jobUnknown();
      const next = jobAfter(job, step, this.#nowMs());
      if (next !== job) this.#put(next);
      return next;
    });
  }

  async prune(pruning: JobsPruning): Promise<number> {
    const going = await this.#superfluous(pruning);
    for (let at = 0; at < going.length; at += prunedAtOnce) {
      const some = going.slice(at, at + prunedAtOnce);
      await this.#environment.write(() => {
        for (const { id, number } of some) {
          this.#tables.jobs.remove(numberBytes(number));
          this.#tables.jobNumbers.remove(ownUuidBytes(id));
        }
      });
    }
    return going.length;
  }

  /** An ended job never changes again, so this holds until they go. */
  async #superfluous({ endedBeforeMs, keepAtMost }: JobsPruning): Promise<Job[]> {
    const going: Job[] = [];
    let kept = 0;
    for await (const slice of inSlices(this.#tables.jobs, { reverse: true })) {
      for (const { value } of slice) {
        if (!hasEnded(value)) continue;
        if (kept >= keepAtMost || value.endedAtMs! < endedBeforeMs) going.push(value);
        else kept += 1;
      }
    }
    return going;
  }

  #get(id: Uuid): Job | undefined {
    const key = uuidBytes(id);
    const number = key && this.#tables.jobNumbers.get(key);
    return number === undefined ? undefined : this.#tables.jobs.get(numberBytes(number));
  }

  #put(job: Job): void {
    this.#tables.jobs.put(numberBytes(job.number), job);
  }
}
