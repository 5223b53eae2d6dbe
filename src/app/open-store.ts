import { mkdir } from 'node:fs/promises';
import { type LmdbStore, openLmdbStore } from '../adapters/gallery/lmdb/open-lmdb-store.ts';
import { storeFolder } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { Log } from '../domain/ports/log.ts';
import { orStartError } from './start-error.ts';
import { readStoreKey } from './store-key.ts';

/** The store of the data folder, its problems told in the log. */
export async function openStore(settings: Settings, log: Log): Promise<LmdbStore> {
  const dir = storeFolder(settings);
  await orStartError(`The folder ${dir}`, mkdir(dir, { recursive: true, mode: 0o700 }));
  const wrappingKey = await readStoreKey(settings);
  const store = await openLmdbStore({ dir, wrappingKey, log: log.child({ part: 'gallery' }) });
  for (const { table, key, message } of store.storeProblems()) log.warn({ table, record: key }, message);
  log.info({ folder: dir, ...store.gallery.counts() }, 'The gallery is open');
  return store;
}
