import { readKeyFile } from '../adapters/gallery/lmdb/disk/sealing/key-file.ts';
import { credentialPath } from '../config/credential-path.ts';
import type { Settings } from '../config/schema.ts';
import { StartError } from './start-error.ts';

/** The key under which the store is sealed; `undefined` where none is set. */
export async function readStoreKey({ store }: Settings): Promise<Uint8Array | undefined> {
  if (store.keyFile === undefined) return undefined;
  const file = credentialPath(store.keyFile);
  if (file) return readKeyFile(file);
  throw new StartError(
    `store.keyFile is ${store.keyFile}, and this process was handed no credentials: docs/sealing.md tells how systemd does`,
  );
}
