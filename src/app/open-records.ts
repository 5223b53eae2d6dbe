import { openErasureList } from '../adapters/erasure-list/file/open-erasure-list.ts';
import type { LmdbStore } from '../adapters/gallery/lmdb/open-lmdb-store.ts';
import { backupFolder, erasureListFile } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Log } from '../domain/ports/log.ts';
import { AccessRecord } from '../services/access-record.ts';
import { type AuditService, createAudit } from '../services/audit.ts';
import { auditGallery } from '../services/audited-gallery.ts';
import { type Backups, createBackups } from '../services/backups.ts';
import { createErasureRecord, type ErasureRecord } from '../services/erasure-record.ts';
import { galleryWithHistory } from '../services/gallery-with-history.ts';
import { createHistory, type HistoryService } from '../services/history.ts';
import { createJobs, type JobService } from '../services/jobs.ts';
import { createRetention, type Retention } from '../services/retention.ts';
import { createScrubbing, type Scrubbing } from '../services/scrubbing.ts';
import { createVerification, type Verification } from '../services/verification.ts';
import { readBackupSecret } from './backup-secret.ts';
import { openPortable, type Portable } from './open-portable.ts';

/** What the service keeps of its own doings, and the gallery whose doings are kept. */
export type Records = Portable & {
  readonly gallery: Gallery;
  readonly jobs: JobService;
  readonly audit: AuditService;
  readonly record: AccessRecord;
  readonly history: HistoryService;
  readonly retention: Retention;
  readonly scrubbing: Scrubbing;
  readonly verification: Verification;
  readonly backups: Backups;
  readonly erasureRecord: ErasureRecord;
};

export type RecordsOptions = {
  readonly settings: Pick<Settings, 'data' | 'backup' | 'portable' | 'jobs' | 'audit' | 'history'> & {
    readonly gallery: Pick<Settings['gallery'], 'quietHour'>;
  };
  readonly log: Log;
  readonly stack: AsyncDisposableStack;
};

/** They end with the stack. What needs a kind of job registers it before `resumeRecords` is called. */
export function openRecords(
  store: Pick<LmdbStore, 'storeId' | 'gallery' | 'jobs' | 'audit' | 'history' | 'backups' | 'verify'>,
  { settings, log, stack }: RecordsOptions,
): Records {
  const audit = createAudit({ ...store, policy: settings.audit, log: log.child({ part: 'audit' }) });
  const history = stack.use(
    createHistory({ ...store, policy: settings.history, log: log.child({ part: 'history' }) }),
  );
  const record = stack.use(new AccessRecord({ audit }));
  const jobs = stack.use(
    createJobs({ jobs: store.jobs, policy: settings.jobs, log: log.child({ part: 'jobs' }) }),
  );
  const dir = backupFolder(settings);
  const erasureRecord = createErasureRecord({
    gallery: store.gallery,
    list: openErasureList(erasureListFile(dir, store.storeId)),
    log: log.child({ part: 'erasures' }),
  });
  const gallery = auditGallery(galleryWithHistory(erasureRecord.gallery, history), audit);
  const backups = createBackups({
    ...{ backups: store.backups, jobs, dir, erasures: erasureRecord },
    secret: () => readBackupSecret(settings.backup),
  });
  const retention = stack.use(
    createRetention({ jobs, audit, history, log: log.child({ part: 'retention' }) }),
  );
  const { quietHour } = settings.gallery;
  const scrubbing = stack.use(
    createScrubbing({ gallery: store.gallery, jobs, quietHour, log: log.child({ part: 'scrubbing' }) }),
  );
  const verification = createVerification({ jobs, store, log: log.child({ part: 'verification' }) });
  const portable = openPortable({ gallery, jobs, audit }, settings);
  return {
    ...portable,
    gallery,
    jobs,
    audit,
    record,
    history,
    retention,
    scrubbing,
    verification,
    backups,
    erasureRecord,
  };
}

/** Goes on with what earlier lives have left; the start does not wait for it, nor fails by it. */
export function resumeRecords(
  { jobs, history, retention, scrubbing, erasureRecord }: Records,
  log: Log,
): void {
  scrubbing.schedule();
  const goOn = async () => {
    await erasureRecord
      .complete()
      .catch((error: unknown) => log.warn({ error }, 'The list of erasures could not be completed'));
    await history.settlePartings();
    await jobs.resume();
    await retention.watch();
  };
  goOn().catch((error: unknown) =>
    log.error({ error }, 'What was left unfinished could not be gone on with'),
  );
}
