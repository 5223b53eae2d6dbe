import { appendFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { createJobs } from '../../../src/services/jobs.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

/**
 * Runs a job that walks to 400: `node walker.ts <folder> [begin]`. Each step is a line of `steps` in the folder, every
 * tenth is saved. The walk is told on standard output: `<steps saved>` as they are, and `done` when the job is.
 */
const [dir, way] = process.argv.slice(2) as [string, string | undefined];
const store = await openLmdbStore({ dir: `${dir}/store` });
const service = createJobs({ jobs: store.jobs, policy: { keepDays: 1, keepAtMost: 9 }, log: silentLog });
const total = 400;

service.register('walk', async ({ resumePoint = 0 }, { save }) => {
  for (let at = Number(resumePoint); at < total; at++) {
    appendFileSync(`${dir}/steps`, `${at}\n`);
    if ((at + 1) % 10 !== 0) continue;
    await save({ done: at + 1, total }, at + 1);
    writeSync(1, `${at + 1}\n`);
    await delay(1);
  }
  return { walked: total };
});

if (way === 'begin') await service.submit('walk', null);
await service.resume();
while ((await service.list({ limit: 1 }))[0]?.state !== 'done') await delay(5);
writeSync(1, 'done\n');
await store.close();
