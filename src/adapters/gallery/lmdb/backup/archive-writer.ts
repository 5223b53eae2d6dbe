import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { AppError } from '../../../../domain/errors.ts';
import { sealChunk } from './chunk-cipher.ts';
import { type Frame, frameParts } from './frames.ts';

/** So much is handed to the disk at once, lest the last sync hold up those who write to the store. */
const syncedBytes = 64 * 1024 * 1024;

export type ArchiveStart = {
  /** Must not be there. */
  readonly file: string;
  readonly head: Uint8Array;
  readonly key: Uint8Array;
  readonly chunkBytes: number;
};

/**
 * Writes an encrypted backup, frame by frame. Works synchronously, for a thread of its own. Throws `storage-full` and
 * `storage-failed`.
 */
export class ArchiveWriter {
  readonly #start: ArchiveStart;
  readonly #file: number;
  readonly #chunk: Buffer;
  #filled = 0;
  #chunks = 0;
  #bytes = 0;
  #syncedAt = 0;

  constructor(start: ArchiveStart) {
    this.#start = start;
    this.#chunk = Buffer.allocUnsafe(start.chunkBytes);
    this.#file = writing(() => openSync(start.file, 'wx', 0o600));
    this.#write(start.head);
  }

  put(frame: Frame): void {
    for (const part of frameParts(frame)) this.#add(part);
  }

  /** Seals the last chunk and syncs the file; tells its length. */
  finish(): number {
    this.#flush(true);
    writing(() => fsyncSync(this.#file));
    return this.#bytes;
  }

  close(): void {
    closeSync(this.#file);
  }

  #add(part: Uint8Array): void {
    for (let at = 0; at < part.byteLength; ) {
      // Only when more comes, so that the last chunk is never empty.
      if (this.#filled === this.#chunk.length) this.#flush(false);
      const some = part.subarray(at, at + this.#chunk.length - this.#filled);
      this.#chunk.set(some, this.#filled);
      this.#filled += some.byteLength;
      at += some.byteLength;
    }
  }

  #flush(isLast: boolean): void {
    const place = { number: this.#chunks++, isLast };
    this.#write(sealChunk(this.#start.key, place, this.#chunk.subarray(0, this.#filled)));
    this.#filled = 0;
    if (this.#bytes - this.#syncedAt < syncedBytes) return;
    writing(() => fdatasyncSync(this.#file));
    this.#syncedAt = this.#bytes;
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; ) at += writing(() => writeSync(this.#file, bytes, at));
    this.#bytes += bytes.byteLength;
  }
}

function writing<R>(work: () => R): R {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new AppError('storage-full', 'The disk has no room for the backup', { cause })
      : new AppError('storage-failed', `The backup could not be written (${code})`, { cause });
  }
}
