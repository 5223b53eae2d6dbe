import { existsSync } from 'node:fs';
import { AppError } from '../../../domain/errors.ts';
import { rewrap } from './disk/sealing/unlock.ts';
import { galleryFile, openStoreFiles } from './disk/store-files.ts';

/**
 * Puts the data key of a sealed store under another key. Rejects with `storage-failed` when there is no sealed store, a
 * process has it open, or `from` is not its key.
 */
export async function rewrapLmdbStore(
  dir: string,
  keys: { readonly from: Uint8Array; readonly to: Uint8Array },
): Promise<void> {
  if (!existsSync(galleryFile(dir))) throw new AppError('storage-failed', `There is no store in ${dir}`);
  await using files = await openStoreFiles(dir);
  await rewrap(files, keys);
}
