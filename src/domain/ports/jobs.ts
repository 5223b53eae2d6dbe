import type { Uuid } from '../gallery.ts';
import type { Job, JobState, JobStep, NewJob } from '../job.ts';

export type JobsWish = {
  /** All states when absent. */
  readonly states?: readonly JobState[] | undefined;
  readonly kind?: string | undefined;
  /** At most so many. */
  readonly limit: number;
};

export type JobsPruning = {
  /** Jobs go that ended before. */
  readonly endedBeforeMs: number;
  /** And of the others that have ended all but so many, the oldest first. */
  readonly keepAtMost: number;
};

/**
 * Keeps jobs. A promise of a write that resolves is durable, one that rejects changed nothing. Rejects with
 * `job-unknown`, `too-large`, `storage-full`, `storage-failed`, `record-corrupt`; lists leave damaged jobs out.
 */
export interface Jobs {
  /** Adds a waiting job. */
  add(job: NewJob): Promise<Job>;
  find(id: Uuid): Promise<Job | undefined>;
  /** The newest first. */
  list(wish: JobsWish): Promise<Job[]>;
  /** Judges and changes in one write, as `jobAfter` says: steps that come at the same time never undo each other. */
  step(id: Uuid, step: JobStep): Promise<Job>;
  /** Forgets ended jobs and tells how many; others stay, however old. */
  prune(pruning: JobsPruning): Promise<number>;
}
