import type { Job } from '../domain/job.ts';
import type { Log } from '../domain/ports/log.ts';
import type { Pruned } from '../domain/pruning.ts';
import type { AuditService } from './audit.ts';
import type { HistoryService } from './history.ts';
import type { JobRunner, JobService } from './jobs.ts';

/** Takes away day by day what is kept no longer. */
export interface Retention extends Disposable {
  /** Submits what is due, now and from time to time. */
  watch(): Promise<void>;
  /** Submits it at once, unless it waits or runs already. */
  submit(): Promise<Job>;
}

export type RetentionParts = {
  readonly jobs: JobService;
  readonly audit: AuditService;
  readonly history: HistoryService;
  readonly log: Log;
  readonly nowMs?: () => number;
};

const kind = 'retention';
const dayMs = 86_400_000;
const hourMs = 3_600_000;

export function createRetention(parts: RetentionParts): Retention {
  const { jobs, log, nowMs = Date.now } = parts;
  jobs.register(kind, runner(parts));
  let timer: NodeJS.Timeout | undefined;
  const newest = async () => (await jobs.list({ kind, limit: 1 }))[0];

  const submit = async (): Promise<Job> => {
    const last = await newest();
    return last?.state === 'waiting' || last?.state === 'running' ? last : jobs.submit(kind, null);
  };
  const submitDue = async (): Promise<void> => {
    const { createdAtMs = Number.NEGATIVE_INFINITY } = (await newest()) ?? {};
    // Also when the clock was set back since.
    if (Math.abs(nowMs() - createdAtMs) >= dayMs) await submit();
  };
  return {
    submit,
    async watch() {
      const look = () =>
        submitDue().catch((error: unknown) =>
          log.error({ error }, 'What is kept too long could not be taken away'),
        );
      timer ??= setInterval(look, hourMs).unref();
      await look();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function runner({ jobs, audit, history }: RetentionParts): JobRunner {
  return async (_job, { signal, save }) => {
    await history.settlePartings();
    const events = await history.prune();
    await save({ done: 1, total: 3 });
    signal.throwIfAborted();
    const entries = await audit.prune();
    await save({ done: 2, total: 3 });
    signal.throwIfAborted();
    const ended = await jobs.prune();
    await save({ done: 3, total: 3 });
    const details = { events: events.records, entries: entries.records, jobs: ended };
    if (events.records + entries.records > 0) {
      await audit.note({ action: 'records-pruned', outcome: 'done', details });
    }
    return { history: toReport(events), audit: toReport(entries), jobs: ended };
  };
}

function toReport({ records, oldestMs, newestMs }: Pruned) {
  const times =
    oldestMs === undefined || newestMs === undefined
      ? {}
      : { oldest: new Date(oldestMs).toISOString(), newest: new Date(newestMs).toISOString() };
  return { records, ...times };
}
