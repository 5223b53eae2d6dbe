import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../../domain/errors.ts';
import { Environment } from './environment.ts';
import { takeLock } from './lock-file.ts';
import { checkPages } from './pages/check-pages.ts';

/** The two files of a store, held by this process alone until they are disposed. */
export type StoreFiles = AsyncDisposable & { readonly gallery: Environment; readonly pictures: Environment };

/** The file in the folder that makes it a store's. */
export function galleryFile(dir: string): string {
  return join(dir, 'gallery.mdb');
}

export function picturesFile(dir: string): string {
  return join(dir, 'pictures.mdb');
}

/**
 * Makes them when they are not there. Rejects with `storage-failed` when another process has them, a head is damaged, or,
 * after a process that did not close them, pages by which LMDB would end this one too.
 */
export async function openStoreFiles(dir: string, nowMs: () => number = Date.now): Promise<StoreFiles> {
  await using opened = new AsyncDisposableStack();
  const lock = await takeLock(join(dir, 'store.lock'));
  let isSuspect = false;
  // Of a suspect store the next start has to look again.
  opened.defer(() => (isSuspect ? lock.abandon() : lock.release()));
  const paths = [galleryFile(dir), picturesFile(dir)] as const;
  const danger = lock.isInherited ? await findDanger(paths) : undefined;
  isSuspect = danger !== undefined;
  if (danger) throw danger;
  const gallery = await Environment.open(paths[0], nowMs);
  opened.defer(() => gallery.close());
  const pictures = await Environment.open(paths[1], nowMs);
  opened.defer(() => pictures.close());
  const held = opened.move();
  return { gallery, pictures, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Why LMDB must not read these files, if anything is against it. */
async function findDanger(paths: readonly string[]): Promise<AppError | undefined> {
  for (const path of paths.filter((each) => existsSync(each))) {
    const dangerous = (await checkPages(path)).filter(({ isDangerous }) => isDangerous);
    const [first] = dangerous;
    if (!first) continue;
    return new AppError(
      'storage-failed',
      `${path} has ${dangerous.length} damaged pages, which would end the process when they are read (page ${first.page}, of ${first.table}: ${first.reason}): restore the store from a backup`,
      { details: { file: path, pages: dangerous.length } },
    );
  }
  return undefined;
}
