import { openErasureList } from '../adapters/erasure-list/file/open-erasure-list.ts';
import {
  type Restored,
  type RestoreWish,
  restoreLmdbStore,
} from '../adapters/gallery/lmdb/backup/restore-lmdb-store.ts';
import type { LmdbStore } from '../adapters/gallery/lmdb/open-lmdb-store.ts';
import { backupFolder, erasureListFile, storeFolder } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import { backupJobs } from '../services/backups.ts';
import { enrolJobs } from '../services/batch-enrolments.ts';
import { compreFaceImportJobs } from '../services/compreface-imports.ts';
import { exportJobs } from '../services/exports.ts';
import { importJobs } from '../services/imports.ts';
import { readStoreKey } from './store-key.ts';

const outwardJobs: readonly string[] = [backupJobs, exportJobs, importJobs, enrolJobs, compreFaceImportJobs];

/** Makes the store of the data folder again from a backup; no service may run there. As `restoreLmdbStore`. */
export async function restoreStore(
  settings: Settings,
  wish: Omit<RestoreWish, 'dir' | 'wrappingKey' | 'forgetting' | 'settle'>,
): Promise<Restored> {
  return restoreLmdbStore({
    ...wish,
    dir: storeFolder(settings),
    wrappingKey: await readStoreKey(settings),
    forgetting: settings.history.onErasure,
    async settle(store) {
      await endJobs(store);
      // Of this box's own backups later ones shall be restored without her too.
      const list = openErasureList(erasureListFile(backupFolder(settings), store.storeId));
      await list.add(wish.erasures);
    },
  });
}

/**
 * What they write, or read, lies outside of the store, and is not of the moment that it is of now: they must not go on. A
 * list of faces may hold those of somebody who was erased since, and would make her anew.
 */
async function endJobs({ jobs }: LmdbStore): Promise<void> {
  const states = ['waiting', 'running', 'cancelling'] as const;
  const left = await jobs.list({ states, limit: Number.POSITIVE_INFINITY });
  const outward = left.filter(({ kind }) => outwardJobs.includes(kind));
  for (const { id } of outward) await jobs.step(id, { kind: 'end', outcome: { state: 'cancelled' } });
}
