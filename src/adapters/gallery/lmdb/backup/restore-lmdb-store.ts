import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BackupSecret, ListedErasure } from '../../../../domain/backup.ts';
import { AppError } from '../../../../domain/errors.ts';
import type { ForgettingWay } from '../../../../domain/event.ts';
import type { JobProgress } from '../../../../domain/job.ts';
import type { StoreProblem } from '../../../../domain/store-problem.ts';
import { syncFolder } from '../disk/new-file.ts';
import { requireRoom } from '../disk/require-room.ts';
import { type LmdbStore, openLmdbStore } from '../open-lmdb-store.ts';
import { readArchive } from './archive-reader.ts';
import { ArchivedStore } from './archived-store.ts';

export type RestoreWish = {
  /** The backup. */
  readonly file: string;
  readonly secret: BackupSecret;
  /** Where the store comes: not there yet, or empty. */
  readonly dir: string;
  /** The key of a sealed store, as it was when the backup was made. */
  readonly wrappingKey?: Uint8Array | undefined;
  /** Who was erased since, or before: they are not brought back. */
  readonly erasures: readonly ListedErasure[];
  /** What becomes of their events. */
  readonly forgetting: ForgettingWay;
  /** Last of all, before the store has its name. */
  readonly settle?: (store: LmdbStore) => Promise<void>;
  readonly signal?: AbortSignal;
  /** In bytes of the backup. */
  readonly onProgress?: (progress: JobProgress) => void;
};

export type Restored = {
  readonly records: number;
  /** Who would have come back. */
  readonly erased: number;
  /** What was damaged when the backup was made. */
  readonly problems: readonly StoreProblem[];
};

/**
 * Makes the store again that a backup holds. It has its name only when all of it is there, every erasure is replayed and no
 * byte of the erased is left. Rejects with `storage-failed` when the folder is not empty or the backup does not open, with
 * `record-corrupt` when it is damaged or cut short, `storage-full`, `cancelled`, and has left nothing then.
 */
export async function restoreLmdbStore(wish: RestoreWish): Promise<Restored> {
  const { dir } = wish;
  await requireEmpty(dir);
  const draft = join(dirname(dir), `${basename(dir)}.restoring`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    const records = await unpack(wish, draft);
    const settled = await settleStore(wish, draft);
    await rename(draft, dir);
    await syncFolder(dir);
    return { records, ...settled };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A rename takes the place of an empty folder. */
async function requireEmpty(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new AppError('storage-failed', `The folder ${dir} cannot be read (${error.code})`, {
      cause: error,
    });
  });
  if (names.length > 0) {
    throw new AppError(
      'storage-failed',
      `There is something in ${dir}: a backup is restored into an empty folder; move what is there away`,
    );
  }
}

async function unpack({ file, secret, signal, onProgress }: RestoreWish, dir: string): Promise<number> {
  const size = await sizeOf(file);
  await requireRoom(dir, size);
  await using store = new ArchivedStore(dir);
  for await (const { frames, bytes } of readArchive(file, secret)) {
    if (signal?.aborted) throw new AppError('cancelled', 'The restoring was stopped');
    for (const frame of frames) store.put(frame);
    onProgress?.({ done: bytes, total: size });
  }
  return store.finish();
}

async function settleStore(
  { wrappingKey, erasures, forgetting, settle }: RestoreWish,
  dir: string,
): Promise<Omit<Restored, 'records'>> {
  const store = await openLmdbStore({ dir, wrappingKey });
  try {
    await store.loaded();
    const problems = [...store.storeProblems()];
    let erased = 0;
    for (const { personId } of erasures) {
      if (await store.gallery.findPerson(personId)) {
        await store.gallery.erase(personId);
        erased++;
      }
      // Events may tell of somebody who had left already when the backup was made.
      await store.history.settleParting({ personId }, forgetting);
    }
    await settle?.(store);
    if (store.gallery.unscrubbedSinceMs() !== undefined) await store.gallery.scrub();
    return { erased, problems };
  } finally {
    await store.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    await using handle = await open(file, 'r');
    return (await handle.stat()).size;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('storage-failed', `The backup ${file} cannot be read (${code})`, { cause });
  }
}
