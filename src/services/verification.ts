import type { Job } from '../domain/job.ts';
import type { Log } from '../domain/ports/log.ts';
import type { StoreCheck } from '../domain/ports/store-check.ts';
import type { JobService } from './jobs.ts';

export const verifyKind = 'verify';

/** Looks at the whole store by a job, whose report is a `StoreReport`. */
export interface Verification {
  start(wish: { readonly repair: boolean }): Promise<Job>;
}

type VerificationParts = { readonly jobs: JobService; readonly store: StoreCheck; readonly log: Log };

/** Registers the kind of job. */
export function createVerification({ jobs, store, log }: VerificationParts): Verification {
  jobs.register(verifyKind, async ({ ask }, { signal, save }) => {
    const repair = (ask as { repair?: unknown } | null)?.repair === true;
    const report = await store.verify({ repair, signal, onProgress: (progress) => save(progress) });
    const { counts, records } = report;
    if (counts.lost + counts.repairable > 0) log.warn({ records, ...counts }, 'The store has faults');
    else log.info({ records, ...counts }, 'The store is whole');
    return report;
  });
  return { start: ({ repair }) => jobs.submit(verifyKind, { repair }) };
}
