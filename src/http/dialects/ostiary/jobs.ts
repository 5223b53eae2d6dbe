import { z } from 'zod';
import { type Job, jobStates } from '../../../domain/job.ts';
import type { JobService } from '../../../services/jobs.ts';
import type { DialectRouter } from '../../dialect.ts';
import { toIso } from './answers.ts';
import { readParameter, readQuery } from './requests.ts';
import type { JobAnswer } from './wire.ts';

export const jobsQuerySchema = z.strictObject({
  state: z.enum(jobStates).optional(),
  kind: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export function mountJobs(router: DialectRouter, { jobs }: { readonly jobs: JobService }): void {
  router.get('/jobs', 'admin', async (ctx) => {
    const { state, ...wish } = readQuery(ctx, jobsQuerySchema);
    const found = await jobs.list({ ...wish, ...(state && { states: [state] }) });
    ctx.body = { jobs: found.map(toJob) };
  });
  router.get('/jobs/:id', 'admin', async (ctx) => {
    ctx.body = toJob(await jobs.get(readParameter(ctx, 'id')));
  });
  router.post('/jobs/:id/cancel', 'admin', async (ctx) => {
    ctx.body = toJob(await jobs.cancel(readParameter(ctx, 'id')));
  });
}

/** Without what was asked and where it goes on: these are the kind's own. */
export function toJob(job: Job): JobAnswer {
  const { id, kind, state, progress, report, error, createdAtMs, startedAtMs, endedAtMs } = job;
  return {
    ...{ id, kind, state, progress },
    ...(report !== undefined && { report }),
    ...(error && { error }),
    createdAt: toIso(createdAtMs),
    ...(startedAtMs !== undefined && { startedAt: toIso(startedAtMs) }),
    ...(endedAtMs !== undefined && { endedAt: toIso(endedAtMs) }),
  };
}
