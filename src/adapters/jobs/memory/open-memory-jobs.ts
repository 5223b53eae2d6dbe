import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import { hasEnded, type Job, jobAfter, jobUnknown, newJob } from '../../../domain/job.ts';
import type { Jobs } from '../../../domain/ports/jobs.ts';

export type MemoryJobsOptions = { readonly nowMs?: () => number; readonly nextId?: () => Uuid };

/** Jobs that last as long as the process. */
export function openMemoryJobs(options: MemoryJobsOptions = {}): Jobs {
  const nowMs = options.nowMs ?? Date.now;
  const nextId = options.nextId ?? createIdSource(nowMs);
  const jobs = new Map<Uuid, Job>();
  let last = 0;
  const newest = (): Job[] => [...jobs.values()].sort((one, other) => other.number - one.number);

  return {
    async add(wish) {
      const job = newJob({ id: nextId(), number: last + 1, createdAtMs: nowMs() }, structuredClone(wish));
      last = job.number;
      jobs.set(job.id, job);
      return job;
    },
    find: async (id) => jobs.get(id),
    list: async ({ states, kind, limit }) =>
      newest()
        .filter((job) => (states?.includes(job.state) ?? true) && (kind === undefined || job.kind === kind))
        .slice(0, limit),
    async step(id, step) {
      const job = jobs.get(id);
      if (!job) throw jobUnknown();
      const next = jobAfter(job, structuredClone(step), nowMs());
      jobs.set(id, next);
      return next;
    },
    async prune({ endedBeforeMs, keepAtMost }) {
      const ended = newest().filter(hasEnded);
      const young = ended.filter(({ endedAtMs }) => endedAtMs! >= endedBeforeMs);
      const kept = new Set(young.slice(0, keepAtMost));
      const going = ended.filter((job) => !kept.has(job));
      for (const { id } of going) jobs.delete(id);
      return going.length;
    },
  };
}
