import { AppError, type ErrorCode, toAppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import {
  checkJobJson,
  hasEnded,
  type Job,
  type JobOutcome,
  type JobProgress,
  jobUnknown,
} from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { Jobs, JobsWish } from '../domain/ports/jobs.ts';
import type { Log } from '../domain/ports/log.ts';
import { JobLanes } from './job-lanes.ts';
import { untilWritten } from './until-written.ts';

export type JobTools = {
  /** Fires when the job is cancelled or the service stops: reject soon then, once what is in hand is safe. */
  readonly signal: AbortSignal;
  /**
   * Keeps how far the job is; durable when it resolves. Each is a write that is synced: save after some hundred
   * milliseconds of work, not after each item.
   */
  save(progress: JobProgress, resumePoint?: Json): Promise<void>;
};

/**
 * Does the work of one kind of job and answers its report. After a restart it is called again with the job as it was
 * saved last, and goes on from its resume point: what came after that may be done twice.
 */
export type JobRunner = (job: Job, tools: JobTools) => Promise<Json>;

/** Work that takes long: jobs run one after the other in their kind, survive restarts, and can be cancelled. */
export interface JobService extends AsyncDisposable {
  /** To be called before anything of the kind is submitted or resumed; `atOnce` is 1 when absent. */
  register(kind: string, run: JobRunner, options?: { readonly atOnce: number }): void;
  /**
   * Resolves when the job is kept, before it runs; it may begin with a resume point, which it forgets when it ends.
   * `bad-input` when nobody has registered the kind.
   */
  submit(kind: string, ask: Json, resumePoint?: Json): Promise<Job>;
  /** Goes on with the jobs that an earlier life has left. */
  resume(): Promise<void>;
  /** `job-unknown`. */
  get(id: Uuid): Promise<Job>;
  list(wish: JobsWish): Promise<Job[]>;
  /** Tells the job to stop; it may be done all the same. One that has ended stays as it is. `job-unknown`. */
  cancel(id: Uuid): Promise<Job>;
  /** Forgets old jobs as the policy says, and tells how many. */
  prune(): Promise<number>;
}

/** How long jobs are kept after their end, and how many of them. */
export type JobsPolicy = { readonly keepDays: number; readonly keepAtMost: number };

export type JobServiceParts = {
  readonly jobs: Jobs;
  readonly policy: JobsPolicy;
  readonly log: Log;
  readonly nowMs?: () => number;
};

const dayMs = 86_400_000;
/** A job that so often ended with the process, and never got further, is what ends it. */
const mostStarts = 3;
/** How long jobs may take to end when the service stops. */
const stopMs = 10_000;

export function createJobs(parts: JobServiceParts): JobService {
  return new JobDesk(parts);
}

class JobDesk implements JobService {
  readonly #parts: JobServiceParts;
  readonly #runners = new Map<string, JobRunner>();
  readonly #running = new Map<Uuid, AbortController>();
  readonly #stopping = new AbortController();
  readonly #lanes = new JobLanes((id) => this.#runOne(id));

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
  }

  register(kind: string, run: JobRunner, options = { atOnce: 1 }): void {
    if (this.#runners.has(kind)) throw new Error(`The jobs of the kind ${kind} have a runner already`);
    this.#runners.set(kind, run);
    this.#lanes.open(kind, options.atOnce);
  }

  async submit(kind: string, ask: Json, resumePoint?: Json): Promise<Job> {
    if (!this.#runners.has(kind)) throw new AppError('bad-input', `There are no jobs of the kind ${kind}`);
    const job = await this.#parts.jobs.add({ kind, ask, ...(resumePoint !== undefined && { resumePoint }) });
    this.#lanes.enter(kind, job.id);
    return job;
  }

  async resume(): Promise<void> {
    const states = ['waiting', 'running', 'cancelling'] as const;
    const left = await this.#parts.jobs.list({ states, limit: Number.POSITIVE_INFINITY });
    for (const job of left.reverse().filter(({ id }) => !this.#running.has(id))) {
      const obstacle = this.#obstacleTo(job);
      if (obstacle) await this.#end(job.id, obstacle);
      else this.#lanes.enter(job.kind, job.id);
    }
    await this.prune();
  }

  async get(id: Uuid): Promise<Job> {
    const job = await this.#parts.jobs.find(id);
    if (!job) throw jobUnknown();
    return job;
  }

  list(wish: JobsWish): Promise<Job[]> {
    return this.#parts.jobs.list(wish);
  }

  async cancel(id: Uuid): Promise<Job> {
    const job = await this.#parts.jobs.step(id, { kind: 'cancel' });
    if (hasEnded(job)) return job;
    const stop = this.#running.get(id);
    // Left by a life that crashed, and not gone on with in this one.
    if (!stop) return this.#end(id, { state: 'cancelled' });
    stop.abort(new AppError('cancelled', 'The job was cancelled'));
    return job;
  }

  prune(): Promise<number> {
    const { jobs, policy, nowMs = Date.now } = this.#parts;
    const endedBeforeMs = nowMs() - policy.keepDays * dayMs;
    return jobs.prune({ endedBeforeMs, keepAtMost: policy.keepAtMost });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new AppError('cancelled', 'The service stops');
    this.#stopping.abort(reason);
    for (const stop of this.#running.values()) stop.abort(reason);
    const inTime = await this.#lanes.close(stopMs);
    if (!inTime) this.#parts.log.warn({ jobs: this.#running.size }, 'Jobs did not stop in time');
  }

  /** Never rejects. */
  async #runOne(id: Uuid): Promise<void> {
    const { jobs, log } = this.#parts;
    const stop = new AbortController();
    this.#running.set(id, stop);
    try {
      const job = await jobs.step(id, { kind: 'start' });
      if (job.state !== 'running') return;
      log.info({ job: id, kind: job.kind, starts: job.starts }, 'A job runs');
      const outcome = await this.#outcomeOf(job, stop.signal);
      const isPaused = this.#stopping.signal.aborted && outcome.state === 'cancelled';
      const { state } = await (isPaused ? jobs.step(id, { kind: 'pause' }) : this.#end(id, outcome));
      log.info({ job: id, kind: job.kind, state }, 'A job has come to rest');
      await this.prune();
    } catch (error) {
      log.error(
        { job: id, error },
        'The state of a job could not be written; the next start goes on with it',
      );
    } finally {
      this.#running.delete(id);
    }
  }

  async #outcomeOf(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const { jobs, log } = this.#parts;
    try {
      const save: JobTools['save'] = async (progress, resumePoint) => {
        await jobs.step(job.id, { kind: 'save', progress, resumePoint });
      };
      const report = await this.#runners.get(job.kind)!(job, { signal, save });
      checkJobJson(report);
      return { state: 'done', report };
    } catch (thrown) {
      if (signal.aborted) return { state: 'cancelled' };
      const error = toAppError(thrown);
      log.error({ job: job.id, kind: job.kind, error }, 'A job failed');
      return { state: 'failed', error: { code: error.code, message: error.message } };
    }
  }

  #end(id: Uuid, outcome: JobOutcome): Promise<Job> {
    const { jobs, log } = this.#parts;
    const write = () => jobs.step(id, { kind: 'end', outcome });
    return untilWritten(write, { signal: this.#stopping.signal, log });
  }

  /** How a job of an earlier life ends that cannot go on. */
  #obstacleTo({ kind, state, starts }: Job): JobOutcome | undefined {
    if (state === 'cancelling') return { state: 'cancelled' };
    if (!this.#runners.has(kind)) {
      return failed('bad-input', `This version has no jobs of the kind ${kind}`);
    }
    if (state === 'running' && starts >= mostStarts) {
      return failed('internal', `The service ended ${starts} times while it ran, and it got no further`);
    }
    return undefined;
  }
}

function failed(code: ErrorCode, message: string): JobOutcome {
  return { state: 'failed', error: { code, message } };
}
