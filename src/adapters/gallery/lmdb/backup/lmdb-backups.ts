import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupMade, BackupWish } from '../../../../domain/backup.ts';
import { AppError } from '../../../../domain/errors.ts';
import type { Backups } from '../../../../domain/ports/backup.ts';
import type { Turns } from '../../../../primitives/turns.ts';
import { requireRoom } from '../disk/require-room.ts';
import type { StoreFiles } from '../disk/store-files.ts';
import { newHead } from './archive-head.ts';
import { BackupThread } from './backup-thread.ts';

const chunkBytes = 1024 * 1024;

export type LmdbBackupsParts = {
  readonly files: Pick<StoreFiles, 'gallery' | 'pictures'>;
  readonly storeId: string;
  /** A scrub and a backup wait for each other: what is scrubbed is in no file that anybody has open. */
  readonly turns: Turns;
  readonly nowMs: () => number;
};

/** Backups of the store's two files, in the format of docs/backup.md. */
export class LmdbBackups implements Backups {
  readonly #parts: LmdbBackupsParts;
  readonly #stopping = new AbortController();

  constructor(parts: LmdbBackupsParts) {
    this.#parts = parts;
  }

  make(wish: BackupWish): Promise<BackupMade> {
    return this.#parts.turns.take('files', () => this.#make(wish));
  }

  /** Lets what is under way end soon; it has ended when `turns` come to what asks next. */
  stop(): void {
    this.#stopping.abort();
  }

  async #make({ dir, secret, signal, onProgress = () => undefined }: BackupWish): Promise<BackupMade> {
    const { storeId, nowMs, files } = this.#parts;
    const stopped = AbortSignal.any([this.#stopping.signal, ...(signal ? [signal] : [])]);
    const total = files.gallery.bytesInUse() + files.pictures.bytesInUse();
    const createdAtMs = nowMs();
    const name = `ostiary-${storeId.slice(0, 8)}`;
    const [draft, file] = [join(dir, `${name}.draft`), join(dir, `${name}-${stampOf(createdAtMs)}.backup`)];
    await inFolder(dir, () => mkdir(dir, { recursive: true, mode: 0o700 }));
    // One that a crash has cut short.
    await inFolder(dir, () => rm(draft, { force: true }));
    await requireRoom(dir, total);
    if (stopped.aborted) throw new AppError('cancelled', 'The backup was stopped');
    const { bytes: head, key } = await newHead(secret, { chunkBytes, createdAtMs });
    try {
      const written = await this.#write({
        ...{ archive: { file: draft, head, key, chunkBytes }, signal: stopped },
        onProgress: (bytes) => onProgress({ done: Math.min(bytes, total), total }),
      });
      await inFolder(dir, () => nameForGood(draft, file, dir));
      return { file, ...written };
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  async #write({ archive, signal, onProgress }: WriteWish) {
    const { gallery, pictures } = this.#parts.files;
    const files = Object.entries({ gallery, pictures }).map(([name, { file: path }]) => ({ name, path }));
    await using thread = new BackupThread({ files, archive, signal });
    await thread.ask('open');
    const holds = [await gallery.hold(), await pictures.hold()];
    try {
      await thread.ask('take');
    } finally {
      for (const hold of holds) hold.release();
    }
    const { bytes, records } = await thread.ask('write', onProgress);
    return { bytes, records };
  }
}

type WriteWish = {
  readonly archive: ConstructorParameters<typeof BackupThread>[0]['archive'];
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
};

/** `20261121T174500123Z`: in the order of time, and fit for every file system. */
function stampOf(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:.]/g, '');
}

async function nameForGood(draft: string, file: string, dir: string): Promise<void> {
  await rename(draft, file);
  await using folder = await open(dir, 'r');
  await folder.sync();
}

async function inFolder<R>(dir: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('storage-failed', `Backups cannot be written to ${dir} (${code})`, { cause });
  }
}
