import { join } from 'node:path';
import { Environment } from './environment.ts';
import { takeLock } from './lock-file.ts';

/** The two files of a store, held by this process alone until they are disposed. */
export type StoreFiles = AsyncDisposable & { readonly gallery: Environment; readonly pictures: Environment };

/** The file in the folder that makes it a store's. */
export function galleryFile(dir: string): string {
  return join(dir, 'gallery.mdb');
}

/** Makes them when they are not there. Rejects with `storage-failed` when another process has them, or a head is damaged. */
export async function openStoreFiles(dir: string): Promise<StoreFiles> {
  await using opened = new AsyncDisposableStack();
  const lock = await takeLock(join(dir, 'store.lock'));
  opened.defer(() => lock.release());
  const gallery = await Environment.open(galleryFile(dir));
  opened.defer(() => gallery.close());
  const pictures = await Environment.open(join(dir, 'pictures.mdb'));
  opened.defer(() => pictures.close());
  const held = opened.move();
  return { gallery, pictures, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
