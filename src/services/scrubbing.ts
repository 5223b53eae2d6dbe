import { AppError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Log } from '../domain/ports/log.ts';
import { scrubbedWithinMs, scrubDueAtMs } from '../domain/scrub.ts';
import type { StoreProblem } from '../domain/store-problem.ts';
import { Backoff } from '../primitives/backoff.ts';
import type { JobService, JobTools } from './jobs.ts';
import { SavedProgress } from './saved-progress.ts';

/** Sees to it that the bytes of what was removed leave the files in time. */
export interface Scrubbing extends Disposable {
  /** Takes them out now, as a job, whatever was removed; one that waits already is answered. */
  begin(): Promise<Job>;
  /** Does so by itself from now on, when it is due. */
  schedule(): void;
  /** Begins a scrub if one is due. */
  beginIfDue(): Promise<Job | undefined>;
  /** What operators should see to: removals whose bytes are in the files for longer than they may be. */
  problems(): StoreProblem[];
}

export type ScrubbingParts = {
  readonly gallery: Pick<Gallery, 'scrub' | 'unscrubbedSinceMs'>;
  readonly jobs: JobService;
  readonly log: Log;
  /** The hour of the day, by the clock of the box, in which it disturbs least. */
  readonly quietHour: number;
  readonly nowMs?: () => number;
};

export const scrubJobs = 'scrub';
/** One of each ask at most. */
const mostWaiting = 2;

const lookEveryMs = 60_000;
const retryMs = { firstMs: 5 * 60_000, maxMs: 60 * 60_000 };

export function createScrubbing(parts: ScrubbingParts): Scrubbing {
  return new ScrubDesk(parts);
}

class ScrubDesk implements Scrubbing {
  readonly #parts: ScrubbingParts;
  readonly #nowMs: () => number;
  readonly #backoff: Backoff;
  #timer: NodeJS.Timeout | undefined;
  #retryAt = 0;
  #failure: string | undefined;

  constructor(parts: ScrubbingParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? Date.now;
    this.#backoff = new Backoff({
      ...retryMs,
      stableMs: 0,
      now: () => performance.now(),
      random: Math.random,
    });
    parts.jobs.register(scrubJobs, async ({ ask }, tools) => this.#run(ask === 'all', tools));
  }

  async begin(): Promise<Job> {
    const waiting = await this.#parts.jobs.list({ kind: scrubJobs, states: ['waiting'], limit: mostWaiting });
    return waiting.find(({ ask }) => ask === 'all') ?? this.#parts.jobs.submit(scrubJobs, 'all');
  }

  schedule(): void {
    this.#timer ??= setInterval(() => void this.#look(), lookEveryMs).unref();
  }

  async beginIfDue(): Promise<Job | undefined> {
    const { gallery, jobs, quietHour } = this.#parts;
    const sinceMs = gallery.unscrubbedSinceMs();
    const nowMs = this.#nowMs();
    if (sinceMs === undefined || performance.now() < this.#retryAt) return undefined;
    if (nowMs < scrubDueAtMs(sinceMs, { quietHour, nowMs })) return undefined;
    const states = ['waiting', 'running', 'cancelling'] as const;
    const underWay = await jobs.list({ kind: scrubJobs, states, limit: 1 });
    return underWay.length > 0 ? undefined : jobs.submit(scrubJobs, 'removals');
  }

  problems(): StoreProblem[] {
    const sinceMs = this.#parts.gallery.unscrubbedSinceMs();
    if (sinceMs === undefined || this.#nowMs() < sinceMs + scrubbedWithinMs) return [];
    const why = this.#failure === undefined ? '' : ` (${this.#failure})`;
    const message = `Bytes of removed records are in the files for more than a day${why}; tried again until they are gone`;
    return [{ table: 'traces', key: scrubJobs, message }];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      await this.beginIfDue();
    } catch (error) {
      this.#failed(error);
      this.#parts.log.warn({ error }, 'A scrub could not be begun; it is tried again');
    }
  }

  async #run(evenClean: boolean, { signal, save }: JobTools): Promise<Record<string, number>> {
    const progress = new SavedProgress(save);
    try {
      const report = await this.#parts.gallery.scrub({
        ...{ evenClean, signal },
        onProgress: (made) => progress.note(made),
      });
      this.#backoff.succeeded();
      this.#retryAt = 0;
      this.#failure = undefined;
      return { ...report, heldMs: Math.ceil(report.heldMs) };
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      await progress.settled();
    }
  }

  #failed(error: unknown): void {
    this.#failure = error instanceof AppError ? error.message : undefined;
    this.#retryAt = performance.now() + this.#backoff.failed();
  }
}
