import { mkdir } from 'node:fs/promises';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { Audit } from '../../../domain/ports/audit.ts';
import type { Backups } from '../../../domain/ports/backup.ts';
import type { Cameras } from '../../../domain/ports/cameras.ts';
import type { ChangeLog } from '../../../domain/ports/change-log.ts';
import type { Credentials } from '../../../domain/ports/credentials.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import type { History } from '../../../domain/ports/history.ts';
import type { Jobs } from '../../../domain/ports/jobs.ts';
import type { Log } from '../../../domain/ports/log.ts';
import type { StoreCheck } from '../../../domain/ports/store-check.ts';
import type { TemplateModels } from '../../../domain/ports/template-models.ts';
import type { StoreProblem } from '../../../domain/store-problem.ts';
import { onwardClock } from '../../../primitives/onward-clock.ts';
import { Turns } from '../../../primitives/turns.ts';
import { LmdbBackups } from './backup/lmdb-backups.ts';
import { completeCrops, completeMemberCounts, completePersonNumbers } from './disk/complete.ts';
import { migrate } from './disk/migrations.ts';
import { Pictures } from './disk/pictures.ts';
import { checksums } from './disk/sealing/checksums.ts';
import { unlock } from './disk/sealing/unlock.ts';
import { clockOf } from './disk/store-clock.ts';
import { openStoreFiles } from './disk/store-files.ts';
import { StoredPacks } from './disk/stored-packs.ts';
import { sweepPictures } from './disk/sweep-pictures.ts';
import { openTables } from './disk/tables.ts';
import { completeCodes } from './finder/complete-codes.ts';
import { Finder } from './finder/finder.ts';
import { beginLoad } from './finder/load.ts';
import { Readiness } from './finder/readiness.ts';
import { LmdbHistory } from './history/lmdb-history.ts';
import { LmdbAudit } from './lmdb-audit.ts';
import { openLmdbCameras } from './lmdb-cameras.ts';
import { LmdbCredentials } from './lmdb-credentials.ts';
import { LmdbGallery } from './lmdb-gallery.ts';
import { LmdbJobs } from './lmdb-jobs.ts';
import { Problems } from './problems.ts';
import { Found } from './reading/found.ts';
import { LmdbChangeLog } from './reading/lmdb-change-log.ts';
import { Reader } from './reading/reader.ts';
import { Receipts } from './removal/receipts.ts';
import { Removals } from './removal/removals.ts';
import { Scrubber } from './scrubbing/scrubber.ts';
import { LmdbTemplateModels } from './switching/lmdb-template-models.ts';
import { completeSwitch } from './switching/place-templates.ts';
import { verifyStore } from './verifying/verify-store.ts';
import { Writer } from './writing/writer.ts';

export type LmdbStoreOptions = {
  /** Made when it is not there; no other process may have it open. */
  readonly dir: string;
  /** 32 bytes: a new store is sealed, and the data key of a sealed one is under this key. */
  readonly wrappingKey?: Uint8Array | undefined;
  /** Milliseconds since 1970; the system's clock when absent. */
  readonly nowMs?: () => number;
  /** Gives each id once; UUIDs of version 1 when absent. */
  readonly nextId?: () => Uuid;
  /** Slugs of the collections that can be searched before all others, in this order. */
  readonly loadFirst?: readonly string[];
  /** Loading holds the event loop no longer than this at a time; 2 when absent. */
  readonly loadSliceMs?: number;
  /** Told when something removed cannot be taken from the disk, and when it has gone after all. */
  readonly log?: Log;
};

export type LmdbStore = StoreCheck & {
  /** Stays over moves, backups and restores. */
  readonly storeId: string;
  readonly gallery: Gallery;
  readonly credentials: Credentials;
  readonly jobs: Jobs;
  readonly changeLog: ChangeLog;
  readonly audit: Audit;
  readonly cameras: Cameras;
  readonly history: History;
  readonly backups: Backups;
  readonly templateModels: TemplateModels;
  /** Milliseconds since 1970; not before the greatest time that was written down, and never before what it told. */
  readonly latestMs: () => number;
  /** Those that cannot be searched yet: whoever asks for them waits, and is told `starting` when that takes long. */
  collectionsLoading(): readonly Uuid[];
  /** Resolves when all collections can be searched. Rejects when that fails, or the store is closed before. */
  loaded(): Promise<void>;
  /**
   * Records that were found damaged or lost, when the store was opened and since, pictures that could not be removed, and, as
   * long as that lasts, what was removed and could not be taken from the disk yet.
   */
  storeProblems(): readonly StoreProblem[];
  /** Writes what was held back and gives the folder free. Later calls wait for the first. */
  close(): Promise<void>;
};

/**
 * Opens the store in a folder. Rejects with `storage-failed` when another process has it, a newer version of Ostiary
 * wrote it, it is sealed with another key or none is expected, or the head of one of its files is damaged; damaged records
 * are left out and told by `storeProblems`. Its collections are loaded while it answers.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbStore> {
  const { dir } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await using opened = new AsyncDisposableStack();
  const nowMs = options.nowMs ?? Date.now;
  const files = opened.use(await openStoreFiles(dir, nowMs));
  const { gallery: environment } = files;
  const { protection, settle } = await unlock(files, options.wrappingKey);

  const tables = openTables(environment.under(protection));
  const pictures = new Pictures(files.pictures, protection);
  const state = await migrate({ environment, tables, nowMs });
  await completePersonNumbers(environment, tables);
  await completeMemberCounts(environment, tables);
  await completeSwitch(environment, tables);
  await completeCodes(environment, tables);
  await completeCrops(environment, tables);
  await pictures.claim(state.storeId);
  await settle();
  const unswept = await sweepPictures(pictures, tables);

  const nextId = options.nextId ?? createIdSource(nowMs);
  const ledger = { tables, nowMs, nextId, clock: clockOf(state, nowMs) };
  const receipts = new Receipts({ environment, tables, nowMs });
  const unscrubbedSinceMs = await receipts.completeAll({ isSwept: unswept === undefined });
  const problems = new Problems();
  if (unswept !== undefined) {
    const message = `Pictures of removed references could not be removed (${unswept}); the next start tries again`;
    options.log?.warn({}, message);
    problems.add({ table: 'pictures', key: 'unnamed', message });
  }
  const latestMs = onwardClock({
    ...{ nowMs, seenMs: () => ledger.clock.last?.ms ?? 0 },
    // A given clock has no other beside it.
    runningMs: options.nowMs && (() => 0),
  });
  const moments = { nowMs, latestMs };
  const found = new Found({ tables, ...moments, problems });
  const finder = new Finder({
    ...moments,
    readTemplate: (number, modelId) => found.template(number, modelId),
  });
  const readiness = new Readiness();
  const stop = new AbortController();
  const load = await beginLoad({
    ...{ environment, tables, finder, problems, readiness },
    packs: protection === checksums ? new StoredPacks(environment, tables.codes.name) : undefined,
    first: options.loadFirst ?? [],
    sliceMs: options.loadSliceMs ?? 2,
    signal: stop.signal,
  });
  const credentials = new LmdbCredentials(environment, ledger);
  opened.defer(() => credentials.writeUses());
  const cameras = await openLmdbCameras(environment, ledger);

  const onLeftover = (referenceIds: readonly Uuid[]) => {
    const message = 'A picture could not be removed; the next start removes it';
    options.log?.warn({ pictures: referenceIds.length }, message);
    for (const key of referenceIds) problems.add({ table: 'pictures', key, message });
  };
  const writer = new Writer({ environment, pictures, finder, onLeftover, ...ledger });
  const removals = new Removals({ tables, writer, receipts, log: options.log });
  opened.defer(() => removals.stop());
  const turns = new Turns();
  const scrubber = new Scrubber({
    ...{ receipts, removals, nowMs, turns, unscrubbedSinceMs },
    files: [files.pictures, environment],
  });
  opened.defer(() => scrubber.stop());
  const backups = new LmdbBackups({ files, storeId: state.storeId, turns, nowMs });
  opened.defer(() => backups.stop());
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= held.disposeAsync();
    return closing;
  };
  const reader = new Reader({ environment, tables, pictures });
  const gallery = new LmdbGallery({
    ...{
      environment,
      pictures,
      finder,
      found,
      readiness,
      reader,
      writer,
      receipts,
      removals,
      scrubber,
      close,
    },
    ...ledger,
    latestMs,
  });
  const loaded = load();
  // Whoever asks is told; if nobody does, that must not end the process.
  const ended = loaded.catch(() => undefined);
  opened.defer(async () => {
    stop.abort();
    await ended;
  });
  const held = opened.move();
  removals.resume().catch((error) => {
    options.log?.error({ error }, 'Removals that were cut short cannot be read; the next start tries again');
  });
  return {
    ...{ storeId: state.storeId, gallery, credentials, backups, latestMs, close },
    collectionsLoading: () => readiness.waiting,
    loaded: () => loaded,
    jobs: new LmdbJobs(environment, ledger),
    changeLog: new LmdbChangeLog(tables, state.device),
    audit: new LmdbAudit(environment, ledger),
    cameras,
    history: new LmdbHistory(environment, ledger),
    templateModels: new LmdbTemplateModels({ tables, finder, writer, loaded: () => loaded }),
    async verify(wish) {
      const report = await verifyStore(
        { environment, tables, pictures, writer, finder, loaded: () => loaded },
        wish,
      );
      for (const { table, record: key, message, outcome } of report.faults)
        if (outcome !== 'repaired') problems.add({ table, key, message });
      return report;
    },
    storeProblems: () => [...problems.all, ...removals.problems()],
  };
}
