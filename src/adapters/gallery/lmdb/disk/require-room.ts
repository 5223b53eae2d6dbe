import { statfs } from 'node:fs/promises';
import { AppError } from '../../../../domain/errors.ts';

/** What must be free beside a copy, for those who write meanwhile. */
const reserveBytes = 32 * 1024 * 1024;
const reserveShare = 0.1;

/** Rejects with `storage-full` when the disk of the folder has not room for so many bytes and some more. */
export async function requireRoom(dir: string, bytes: number): Promise<void> {
  const needed = bytes * (1 + reserveShare) + reserveBytes;
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (free >= needed) return;
  const [wanted, there] = [needed, free].map((each) => Math.ceil(each / 1e6));
  throw new AppError(
    'storage-full',
    `A copy of the store needs ${wanted} MB free on its disk, and there are ${there} MB: make room`,
    { details: { neededBytes: Math.ceil(needed), freeBytes: free } },
  );
}
