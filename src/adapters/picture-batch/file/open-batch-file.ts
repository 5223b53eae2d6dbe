import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { AppError } from '../../../domain/errors.ts';
import type { BatchFile } from '../../../domain/ports/picture-batch.ts';
import type { FileBatch } from './file-batch.ts';
import type { BatchLimits } from './limits.ts';
import { openCsvBatch } from './open-csv-batch.ts';
import { openZipBatch } from './open-zip-batch.ts';

const openers: Readonly<Record<string, (file: string, limits: BatchLimits) => Promise<FileBatch>>> = {
  '.csv': openCsvBatch,
  '.zip': openZipBatch,
};

/**
 * The pictures of people in a ZIP archive or a CSV list; docs/enrolment.md tells their forms. `bad-input` for what is
 * none, `too-large` when it holds more than is taken.
 */
export async function openBatchFile(
  file: string,
  limits: BatchLimits,
): Promise<FileBatch & Pick<BatchFile, 'version'>> {
  const open = openers[extname(file).toLowerCase()];
  if (!open) throw new AppError('bad-input', 'Expected a file that ends in .zip or .csv');
  try {
    const stats = await stat(file);
    if (!stats.isFile()) throw new AppError('bad-input', `${file} is no file`);
    return { ...(await open(file, limits)), version: `${stats.size} ${stats.mtimeMs}` };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') throw new AppError('bad-input', `There is no ${file}`, { cause });
    throw new AppError('storage-failed', `${file} cannot be read (${code})`, { cause });
  }
}
