import { constants, createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import { type FileBatch, fileBatch, listedPicture } from './file-batch.ts';
import type { BatchLimits } from './limits.ts';
import { readList } from './read-list.ts';

/** The pictures that a list names, which lie below its folder. */
export async function openCsvBatch(file: string, limits: BatchLimits): Promise<FileBatch> {
  const folder = await realpath(dirname(file));
  const read = (path: string) => readBelow(folder, path, limits);
  return fileBatch({
    entries: await readList(createReadStream(file)),
    toPicture: (line) => listedPicture(line, read),
    ignored: 0,
    close: () => undefined,
  });
}

async function readBelow(
  folder: string,
  path: string,
  { maxPictureBytes }: BatchLimits,
): Promise<Uint8Array> {
  const file = resolve(folder, path);
  const below = relative(folder, file);
  if (isAbsolute(path) || path.includes('\0') || below === '..' || below.startsWith(`..${sep}`))
    throw new AppError('bad-input', 'The path leads out of the folder of the list');
  return reading(async () => {
    if ((await realpath(file)) !== file)
      throw new AppError('bad-input', 'The path leads by way of a symbolic link');
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    await using handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) throw new AppError('picture-unreadable', 'The path names no file');
    if (stats.size > maxPictureBytes)
      throw new AppError('too-large', `The file is larger than ${maxPictureBytes} bytes`);
    return handle.readFile();
  });
}

async function reading<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const isGone = code === 'ENOENT' || code === 'ENOTDIR';
    const message = isGone ? 'The file is not there' : `The file cannot be read (${code})`;
    throw new AppError('picture-unreadable', message, { cause });
  }
}
