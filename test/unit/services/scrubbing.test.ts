import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openMemoryJobs } from '../../../src/adapters/jobs/memory/open-memory-jobs.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { hasEnded, type Job } from '../../../src/domain/job.ts';
import type { Scrubbed, ScrubWish } from '../../../src/domain/scrub.ts';
import { createJobs, type JobService } from '../../../src/services/jobs.ts';
import { createScrubbing, type Scrubbing } from '../../../src/services/scrubbing.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

const hourMs = 3_600_000;
const noon = new Date(2026, 10, 5, 12).getTime();

/** A gallery that says what is asked of it. */
class Files {
  sinceMs: number | undefined;
  failure: AppError | undefined;
  readonly wishes: ScrubWish[] = [];

  unscrubbedSinceMs(): number | undefined {
    return this.sinceMs;
  }

  async scrub(wish: ScrubWish = {}): Promise<Scrubbed> {
    this.wishes.push(wish);
    wish.onProgress?.({ done: 1, total: 2 });
    if (this.failure) throw this.failure;
    this.sinceMs = undefined;
    return { scrubbedAtMs: now, erasures: 3, bytesBefore: 20, bytesAfter: 10, heldMs: 1.5 };
  }
}

let now: number;
let files: Files;
let jobs: JobService;
let scrubbing: Scrubbing;

beforeEach(() => {
  now = noon;
  files = new Files();
  jobs = createJobs({ jobs: openMemoryJobs(), policy: { keepDays: 1, keepAtMost: 100 }, log: silentLog });
  scrubbing = createScrubbing({ gallery: files, jobs, log: silentLog, quietHour: 3, nowMs: () => now });
});

async function ended(job: Job | undefined): Promise<Job> {
  return vi.waitFor(async () => {
    const found = await jobs.get(job!.id);
    expect(hasEnded(found)).toBe(true);
    return found;
  });
}

describe('a scrub', () => {
  test('begins in the quiet hour after a removal, once, and reports what it has done', async () => {
    files.sinceMs = noon;
    expect(await scrubbing.beginIfDue()).toBeUndefined();
    now = noon + 15 * hourMs - 1;
    expect(await scrubbing.beginIfDue()).toBeUndefined();
    now++;
    const [begun, again] = [await scrubbing.beginIfDue(), await scrubbing.beginIfDue()];
    expect(again).toBeUndefined();
    expect(await ended(begun)).toMatchObject({
      kind: 'scrub',
      state: 'done',
      report: { erasures: 3, bytesBefore: 20, bytesAfter: 10, heldMs: 2 },
      progress: { done: 1, total: 2 },
    });
    expect(files.wishes).toMatchObject([{ evenClean: false, signal: expect.any(AbortSignal) }]);
    expect(await scrubbing.beginIfDue()).toBeUndefined();
  });

  test('is not begun by itself when nothing was removed, but when it is asked for', async () => {
    now = noon + 100 * hourMs;
    expect(await scrubbing.beginIfDue()).toBeUndefined();
    await ended(await scrubbing.begin());
    expect(files.wishes).toMatchObject([{ evenClean: true }]);
  });

  test('that is asked for while another waits is that one', async () => {
    const [first, second, third] = [
      await scrubbing.begin(),
      await scrubbing.begin(),
      await scrubbing.begin(),
    ];
    expect(new Set([first.id, second.id, third.id]).size).toBeLessThan(3);
    await ended(third);
  });

  test('that failed is told once a day has passed, tried again, and forgotten when it succeeds', async () => {
    files.sinceMs = noon;
    files.failure = new AppError('storage-full', 'The copy needs room');
    now = noon + 15 * hourMs;
    expect(await ended(await scrubbing.beginIfDue())).toMatchObject({ state: 'failed' });
    expect(scrubbing.problems()).toEqual([]);
    now = noon + 24 * hourMs;
    expect(scrubbing.problems()).toMatchObject([
      { message: expect.stringContaining('for more than a day (The copy needs room); tried again') },
    ]);
    files.failure = undefined;
    expect(await ended(await scrubbing.beginIfDue())).toMatchObject({ state: 'done' });
    expect(scrubbing.problems()).toEqual([]);
  });

  test('that fails again and again is not tried all the time', async () => {
    files.sinceMs = noon;
    files.failure = new AppError('storage-full', 'The copy needs room');
    now = noon + 15 * hourMs;
    await ended(await scrubbing.beginIfDue());
    await ended(await scrubbing.beginIfDue());
    expect(await scrubbing.beginIfDue()).toBeUndefined();
    expect(files.wishes).toHaveLength(2);
  });
});
