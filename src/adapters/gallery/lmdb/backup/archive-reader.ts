import { type FileHandle, open } from 'node:fs/promises';
import type { BackupSecret } from '../../../../domain/backup.ts';
import { AppError } from '../../../../domain/errors.ts';
import { openHead } from './archive-head.ts';
import { openChunk, tagBytes } from './chunk-cipher.ts';
import { type Frame, parseFrames } from './frames.ts';

export type ReadFrames = { readonly frames: readonly Frame[]; readonly bytes: number };

/**
 * The frames of a backup, as many at once as a chunk completes, with how many bytes of the file are read by then. None is
 * told that is not authentic; whether the backup is whole is known at the end only. Rejects with `storage-failed` when it
 * cannot be opened, with `record-corrupt` when it is damaged, cut short or longer than it was.
 */
export async function* readArchive(file: string, secret: BackupSecret): AsyncGenerator<ReadFrames> {
  await using handle = await openFile(file);
  const { size } = await handle.stat();
  const read = (at: number, length: number) => readAt(handle, at, length);
  const { head, key, bytes: start } = await openHead(read, secret);
  let rest: Buffer = Buffer.alloc(0);
  let hasEnded = false;
  for (let at = start, number = 0; at < size || number === 0; number++) {
    const sealed = await read(at, head.chunkBytes + tagBytes);
    at += sealed.length;
    const plain = openChunk(key, { number, isLast: at >= size }, sealed);
    const parsed = parseFrames(Buffer.concat([rest, plain]));
    rest = parsed.rest;
    hasEnded = parsed.frames.at(-1)?.kind === 'end';
    yield { frames: parsed.frames, bytes: at };
  }
  if (!hasEnded || rest.length > 0) throw new AppError('record-corrupt', 'The backup has no end');
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('storage-failed', `The backup ${file} cannot be read (${code})`, { cause });
  }
}

/** Shorter than asked for at the file's end only. */
async function readAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
