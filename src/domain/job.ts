import { AppError, type ErrorCode } from './errors.ts';
import type { Uuid } from './gallery.ts';
import type { Json } from './json.ts';

export const jobStates = ['waiting', 'running', 'cancelling', 'done', 'failed', 'cancelled'] as const;
/** `cancelling` is told to stop and has not stopped yet; the last three are ends. */
export type JobState = (typeof jobStates)[number];

/** `total` is 0 as long as nobody knows it. */
export type JobProgress = { readonly done: number; readonly total: number };
export type JobError = { readonly code: ErrorCode; readonly message: string };

/** Work that takes long, as it is kept over restarts. Its JSON values are small and hold no biometric data. */
export type Job = {
  readonly id: Uuid;
  /** Greater than that of every job before. */
  readonly number: number;
  readonly kind: string;
  /** What was asked for; the kind knows its form. */
  readonly ask: Json;
  readonly state: JobState;
  readonly progress: JobProgress;
  /** Where it goes on after a restart; absent, at its beginning. The kind knows its form. */
  readonly resumePoint?: Json;
  /** How often it was started since it last got further; a stop in good order does not count. */
  readonly starts: number;
  /** What came of it, once it is done. */
  readonly report?: Json;
  /** Why it failed. */
  readonly error?: JobError;
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
};

/** A `resumePoint` that it begins with may hold what nobody may read once it has ended: it is forgotten then. */
export type NewJob = Pick<Job, 'kind' | 'ask' | 'resumePoint'>;

export type JobOutcome =
  | { readonly state: 'done'; readonly report: Json }
  | { readonly state: 'failed'; readonly error: JobError }
  | { readonly state: 'cancelled' };

/** What happens to a job. `pause` is a stop in good order, after which it goes on at the next start. */
export type JobStep =
  | { readonly kind: 'start' | 'pause' | 'cancel' }
  | { readonly kind: 'save'; readonly progress: JobProgress; readonly resumePoint?: Json | undefined }
  | { readonly kind: 'end'; readonly outcome: JobOutcome };

/** What a job keeps of JSON, each piece as text. */
export const maxJobJsonLength = 64 * 1024;

export function newJob(
  identity: Pick<Job, 'id' | 'number' | 'createdAtMs'>,
  { kind, ask, resumePoint }: NewJob,
): Job {
  checkJobJson(ask);
  const begun = { state: 'waiting', progress: { done: 0, total: 0 }, starts: 0 } as const;
  if (resumePoint === undefined) return { ...identity, kind, ask, ...begun };
  checkJobJson(resumePoint);
  return { ...identity, kind, ask, ...begun, resumePoint };
}

export function hasEnded({ state }: Pick<Job, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** The job after a step; the same one when the step does not fit its state. `too-large` when its JSON is. */
export function jobAfter(job: Job, step: JobStep, nowMs: number): Job {
  const { state } = job;
  switch (step.kind) {
    case 'start':
      if (state !== 'waiting' && state !== 'running') return job;
      return { ...job, state: 'running', starts: job.starts + 1, startedAtMs: job.startedAtMs ?? nowMs };
    case 'save':
      return state === 'running' || state === 'cancelling' ? savedJob(job, step) : job;
    case 'pause':
      if (state === 'cancelling') return endedJob(job, { state: 'cancelled' }, nowMs);
      return state === 'running' ? { ...job, state: 'waiting', starts: 0 } : job;
    case 'cancel':
      if (state === 'waiting') return endedJob(job, { state: 'cancelled' }, nowMs);
      return state === 'running' ? { ...job, state: 'cancelling' } : job;
    case 'end':
      return hasEnded(job) ? job : endedJob(job, step.outcome, nowMs);
  }
}

function savedJob(job: Job, { progress, resumePoint }: Extract<JobStep, { kind: 'save' }>): Job {
  if (resumePoint !== undefined) checkJobJson(resumePoint);
  return { ...job, progress, starts: 0, ...(resumePoint !== undefined && { resumePoint }) };
}

/** An ended job does not go on, so where it would have is forgotten. */
function endedJob({ resumePoint: _, ...job }: Job, outcome: JobOutcome, nowMs: number): Job {
  if (outcome.state === 'done') checkJobJson(outcome.report);
  return { ...job, ...outcome, endedAtMs: nowMs };
}

/** `too-large` for JSON that a job cannot keep. */
export function checkJobJson(value: Json): void {
  const { length } = JSON.stringify(value);
  if (length > maxJobJsonLength) {
    const details = { maxLength: maxJobJsonLength, length };
    throw new AppError('too-large', 'A job keeps no JSON of this size', { details });
  }
}

export function jobUnknown(): AppError {
  return new AppError('job-unknown', 'There is no such job');
}
