import { mkdir } from 'node:fs/promises';
import { type LmdbStore, openLmdbStore } from '../adapters/gallery/lmdb/open-lmdb-store.ts';
import { storeFolder } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import { AppError } from '../domain/errors.ts';
import type { Log } from '../domain/ports/log.ts';
import { orStartError } from './start-error.ts';
import { readStoreKey } from './store-key.ts';

/** The store of the data folder; what becomes of loading it is told in the log. */
export async function openStore(settings: Settings, log: Log): Promise<LmdbStore> {
  const dir = storeFolder(settings);
  await orStartError(`The folder ${dir}`, mkdir(dir, { recursive: true, mode: 0o700 }));
  const wrappingKey = await readStoreKey(settings);
  const loadFirst = settings.gallery.loadFirst.split(',').flatMap((slug) => slug.trim() || []);
  const store = await openLmdbStore({ dir, wrappingKey, loadFirst, log: log.child({ part: 'gallery' }) });
  log.info({ folder: dir, ...store.gallery.counts() }, 'The gallery is open');
  void tellWhenLoaded(store, log);
  return store;
}

/** The service answers meanwhile. */
async function tellWhenLoaded(store: LmdbStore, log: Log): Promise<void> {
  const start = performance.now();
  try {
    await store.loaded();
    log.info({ durationMs: Math.round(performance.now() - start) }, 'All collections can be searched');
  } catch (error) {
    // A store that is closed before says so by no error of ours.
    if (error instanceof AppError)
      log.error({ code: error.code, err: error }, 'The gallery could not be loaded');
  }
  for (const { table, key, message } of store.storeProblems()) log.warn({ table, record: key }, message);
}
