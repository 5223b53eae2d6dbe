import { beforeEach, expect, it, vi } from 'vitest';
import { openMemoryAudit } from '../../../src/adapters/audit/memory/open-memory-audit.ts';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { openMemoryHistory } from '../../../src/adapters/history/memory/open-memory-history.ts';
import { openMemoryJobs } from '../../../src/adapters/jobs/memory/open-memory-jobs.ts';
import type { Job } from '../../../src/domain/job.ts';
import { createAudit } from '../../../src/services/audit.ts';
import { createHistory } from '../../../src/services/history.ts';
import { createJobs } from '../../../src/services/jobs.ts';
import { createRetention } from '../../../src/services/retention.ts';
import { silentLog as log } from '../../fixtures/silent-log.ts';

const dayMs = 86_400_000;
const start = 1_800_000_000_000;
let now: number;
beforeEach(() => {
  now = start;
});

function open() {
  const nowMs = () => now;
  const policy = { keepDays: 2, keepAtMost: 100, onErasure: 'remove' } as const;
  const gallery = openMemoryGallery();
  const record = openMemoryAudit({ nowMs });
  const audit = createAudit({ audit: record, policy, log, nowMs });
  const history = createHistory({ history: openMemoryHistory(), gallery, policy, log, nowMs });
  const jobs = createJobs({ jobs: openMemoryJobs({ nowMs }), policy, log, nowMs });
  const retention = createRetention({ jobs, audit, history, log, nowMs });
  const untilDone = ({ id }: Job) =>
    vi.waitFor(async () => {
      const job = await jobs.get(id);
      expect(job.state).toBe('done');
      return job;
    });
  return { audit, history, jobs, retention, record, untilDone };
}

it('takes away what is kept no longer, and puts that on record', async () => {
  const { audit, history, retention, record, untilDone } = open();
  history.record({ kind: 'sighting', atMs: now, collectionIds: [], candidates: [] });
  await audit.note({ action: 'collection-cleared', outcome: 'done' });
  now += 2 * dayMs;
  await untilDone(await retention.submit());
  expect(record.count()).toBe(1);
  now += 1;
  const job = await untilDone(await retention.submit());
  const at = new Date(start).toISOString();
  expect(job.report).toEqual({
    history: { records: 1, oldest: at, newest: at },
    audit: { records: 1, oldest: at, newest: at },
    jobs: 0,
  });
  expect(await record.list({ limit: 9 })).toMatchObject([
    { action: 'records-pruned', actor: { kind: 'service' }, details: { events: 1, entries: 1, jobs: 0 } },
  ]);
});

it('does so once a day, also over restarts and when the clock was set back', async () => {
  const { jobs, retention, untilDone } = open();
  const count = async () => (await jobs.list({ limit: 99 })).length;
  const newest = async () => (await jobs.list({ limit: 1 }))[0]!;
  for (const [ms, expected] of [
    [0, 1],
    [dayMs - 1, 1],
    [dayMs, 2],
    [dayMs / 2, 2],
    [-5 * dayMs, 3],
  ] as const) {
    now = start + ms;
    await retention.watch();
    expect(await count()).toBe(expected);
    await untilDone(await newest());
  }
  retention[Symbol.dispose]();
});

it('is not submitted beside itself', async () => {
  const { jobs, retention, untilDone } = open();
  const one = await retention.submit();
  const other = await retention.submit();
  expect(other.id).toBe(one.id);
  await untilDone(one);
  expect((await retention.submit()).id).not.toBe(one.id);
  expect(await jobs.list({ limit: 9 })).toHaveLength(2);
});
