import type { Settings } from '../config/schema.ts';
import type { Jobs } from '../domain/ports/jobs.ts';
import type { Log } from '../domain/ports/log.ts';
import { createJobs, type JobService } from '../services/jobs.ts';

/** Runs the store's jobs. What needs a kind of job registers it before `resumeJobs` is called. */
export function openJobs(jobs: Jobs, settings: Settings, log: Log): JobService {
  return createJobs({ jobs, policy: settings.jobs, log: log.child({ part: 'jobs' }) });
}

/** Goes on with what earlier lives have left; the start does not wait for it, nor fails by it. */
export function resumeJobs(jobs: JobService, log: Log): void {
  jobs.resume().catch((error: unknown) => log.error({ error }, 'The jobs could not be gone on with'));
}
