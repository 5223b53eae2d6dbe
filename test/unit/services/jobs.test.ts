import { describe, expect, it, vi } from 'vitest';
import { openMemoryJobs } from '../../../src/adapters/jobs/memory/open-memory-jobs.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Job } from '../../../src/domain/job.ts';
import type { Jobs } from '../../../src/domain/ports/jobs.ts';
import { createJobs, type JobRunner, type JobService } from '../../../src/services/jobs.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

const policy = { keepDays: 30, keepAtMost: 100 };

function open(jobs: Jobs = openMemoryJobs(), kinds: Readonly<Record<string, JobRunner>> = {}) {
  const service = createJobs({ jobs, policy, log: silentLog });
  for (const [kind, run] of Object.entries(kinds)) service.register(kind, run);
  return { jobs, service };
}

/** Runs until it is told to go on or stopped, and tells which job it is at. */
function gate() {
  const begun: Job[] = [];
  const waiting = new Map<string, () => void>();
  const run: JobRunner = (job, { signal }) =>
    new Promise((resolve, reject) => {
      begun.push(job);
      waiting.set(job.id, () => resolve('passed'));
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  return { begun, run, open: ({ id }: Job) => waiting.get(id)!() };
}

async function untilIn(service: JobService, { id }: Job, state: Job['state']): Promise<Job> {
  return vi.waitFor(async () => {
    const job = await service.get(id);
    expect(job.state).toBe(state);
    return job;
  });
}

describe('a job', () => {
  it('runs with what was asked, keeps what it saves, and ends with its report', async () => {
    const { service } = open(undefined, {
      async count(job, { save }) {
        await save({ done: 1, total: 2 }, { at: 'b' });
        return { asked: job.ask, saved: (await service.get(job.id)).resumePoint ?? null };
      },
    });
    const submitted = await service.submit('count', ['a']);
    expect(submitted.state).toBe('waiting');
    const done = await untilIn(service, submitted, 'done');
    expect(done).toMatchObject({
      progress: { done: 1, total: 2 },
      report: { asked: ['a'], saved: { at: 'b' } },
    });
  });

  it('waits for those of its kind, and not for others', async () => {
    const [one, other] = [gate(), gate()];
    const { service } = open(undefined, { one: one.run, other: other.run });
    const first = await service.submit('one', null);
    const second = await service.submit('one', null);
    const third = await service.submit('other', null);
    await untilIn(service, third, 'running');
    await untilIn(service, first, 'running');
    expect((await service.get(second.id)).state).toBe('waiting');
    one.open(first);
    await untilIn(service, first, 'done');
    await untilIn(service, second, 'running');
    expect(one.begun.map(({ id }) => id)).toEqual([first.id, second.id]);
    await service[Symbol.asyncDispose]();
  });

  it('is cancelled while it waits and while it runs, and frees its place', async () => {
    const { begun, run } = gate();
    const { service } = open(undefined, { one: run });
    const [first, second, third] = [
      await service.submit('one', null),
      await service.submit('one', null),
      await service.submit('one', null),
    ];
    await untilIn(service, first, 'running');
    expect(await service.cancel(second.id)).toMatchObject({ state: 'cancelled' });
    expect(await service.cancel(first.id)).toMatchObject({ state: 'cancelling' });
    await untilIn(service, first, 'cancelled');
    await untilIn(service, third, 'running');
    expect(begun.map(({ id }) => id)).toEqual([first.id, third.id]);
    await expect(service.cancel('00000000-0000-1000-8000-000000000000')).rejects.toMatchObject({
      code: 'job-unknown',
    });
    await service[Symbol.asyncDispose]();
  });

  it('is done when it ends well although it was cancelled', async () => {
    const { service } = open(undefined, {
      stubborn: (_job, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('all the same'))),
    });
    const job = await service.submit('stubborn', null);
    await untilIn(service, job, 'running');
    await service.cancel(job.id);
    expect(await untilIn(service, job, 'done')).toMatchObject({ report: 'all the same' });
  });

  it('fails with the error of its runner, and with one of ours for a defect or too large a report', async () => {
    const { service } = open(undefined, {
      full: () => Promise.reject(new AppError('storage-full', 'No room')),
      broken: () => Promise.reject(new TypeError('secret')),
      long: async () => 'x'.repeat(100_000),
    });
    const errorOf = async (kind: string) =>
      (await untilIn(service, await service.submit(kind, null), 'failed')).error;
    expect(await errorOf('full')).toEqual({ code: 'storage-full', message: 'No room' });
    expect(await errorOf('broken')).toEqual({ code: 'internal', message: 'Unexpected failure' });
    expect(await errorOf('long')).toMatchObject({ code: 'too-large' });
  });

  it('of a kind that nobody runs is refused', async () => {
    const { jobs, service } = open();
    await expect(service.submit('unheard', null)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await jobs.list({ limit: 1 })).toEqual([]);
  });

  it('ends as soon as the disk takes writes again', async () => {
    const jobs = openMemoryJobs();
    let refusals = 2;
    const failing: Jobs = {
      ...jobs,
      async step(id, step) {
        if (step.kind === 'end' && refusals-- > 0) throw new AppError('storage-full', 'No room');
        return jobs.step(id, step);
      },
    };
    const { service } = open(failing, { quick: async () => 'made' });
    const job = await service.submit('quick', null);
    await vi.waitFor(async () => expect((await service.get(job.id)).state).toBe('done'), { timeout: 5_000 });
  });
});

describe('the next life', () => {
  it('goes on where a stop in good order left its jobs, in their order', async () => {
    const { run } = gate();
    const earlier = open(undefined, {
      async walk(job, tools) {
        await tools.save({ done: 3, total: 9 }, 3);
        return run(job, tools);
      },
    });
    const first = await earlier.service.submit('walk', 'a');
    const second = await earlier.service.submit('walk', 'b');
    await vi.waitFor(async () => expect((await earlier.service.get(first.id)).resumePoint).toBe(3));
    await earlier.service[Symbol.asyncDispose]();
    expect(await earlier.service.get(first.id)).toMatchObject({
      state: 'waiting',
      resumePoint: 3,
      starts: 0,
    });

    const seen: unknown[] = [];
    const { service } = open(earlier.jobs, {
      async walk({ ask, resumePoint }) {
        seen.push([ask, resumePoint]);
        return null;
      },
    });
    await service.resume();
    await untilIn(service, second, 'done');
    expect(seen).toEqual([
      ['a', 3],
      ['b', undefined],
    ]);
    expect(await service.get(first.id)).toMatchObject({ state: 'done', progress: { done: 3, total: 9 } });
  });

  it('ends what was being cancelled, what it cannot run, and what has ended the service again and again', async () => {
    const jobs = openMemoryJobs();
    const [cancelled, unheard, deadly, unlucky] = [
      await jobs.add({ kind: 'one', ask: null }),
      await jobs.add({ kind: 'unheard', ask: null }),
      await jobs.add({ kind: 'one', ask: null }),
      await jobs.add({ kind: 'one', ask: null }),
    ];
    await jobs.step(cancelled.id, { kind: 'start' });
    await jobs.step(cancelled.id, { kind: 'cancel' });
    for (let start = 0; start < 3; start++) await jobs.step(deadly.id, { kind: 'start' });
    for (let start = 0; start < 2; start++) await jobs.step(unlucky.id, { kind: 'start' });
    const { service } = open(jobs, { one: async () => 'made' });
    await service.resume();
    expect(await service.get(cancelled.id)).toMatchObject({ state: 'cancelled' });
    expect(await service.get(unheard.id)).toMatchObject({ state: 'failed', error: { code: 'bad-input' } });
    expect(await service.get(deadly.id)).toMatchObject({ state: 'failed', error: { code: 'internal' } });
    await untilIn(service, unlucky, 'done');
  });

  it('cancels what a crash has left running, also without going on with it', async () => {
    const jobs = openMemoryJobs();
    const { id } = await jobs.add({ kind: 'one', ask: null });
    await jobs.step(id, { kind: 'start' });
    const { service } = open(jobs, { one: async () => 'made' });
    expect(await service.cancel(id)).toMatchObject({ state: 'cancelled' });
  });

  it('has forgotten what ended long ago', async () => {
    let now = 1_800_000_000_000;
    const jobs = openMemoryJobs({ nowMs: () => now });
    const { id } = await jobs.add({ kind: 'one', ask: null });
    await jobs.step(id, { kind: 'cancel' });
    const service = createJobs({ jobs, policy, log: silentLog, nowMs: () => now });
    now += 30 * 86_400_000;
    await service.resume();
    expect(await jobs.find(id)).toBeDefined();
    now += 1;
    expect(await service.prune()).toBe(1);
    await expect(service.get(id)).rejects.toMatchObject({ code: 'job-unknown' });
  });
});
