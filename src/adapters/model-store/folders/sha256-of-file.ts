import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../domain/errors.ts';

/** The SHA-256 of a file's bytes in lower-case hex; `storage-failed` when they cannot be read. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  } catch (cause) {
    throw new AppError('storage-failed', `${file} cannot be read`, { cause });
  }
  return hash.digest('hex');
}
