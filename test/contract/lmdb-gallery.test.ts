import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type LmdbStoreOptions, openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { changeLogContract } from './change-log.ts';
import { type GalleryClock, galleryContract, type OpenGallery } from './gallery.ts';
import { clearingContract } from './gallery-clearing.ts';
import { collectionsContract } from './gallery-collections.ts';
import { departureContract } from './gallery-departure.ts';
import { facesContract } from './gallery-faces.ts';
import { scrubContract } from './gallery-scrub.ts';
import { siblingsContract } from './gallery-siblings.ts';
import { templateModelsContract } from './template-models.ts';

let folder: string;
let stores = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-gallery-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const opening = (options: Pick<LmdbStoreOptions, 'wrappingKey'>) => (clock: GalleryClock) =>
  openLmdbStore({ dir: join(folder, String(++stores)), ...clock, ...options });

const variants: readonly [string, ReturnType<typeof opening>][] = [
  ['lmdb gallery', opening({})],
  ['sealed lmdb gallery', opening({ wrappingKey: Buffer.alloc(32, 7) })],
];

for (const [name, openStore] of variants) {
  const open: OpenGallery = async (clock) => (await openStore(clock)).gallery;
  templateModelsContract(`template models of ${name}`, openStore);
  changeLogContract(`change log of ${name}`, openStore);
  galleryContract(name, open);
  clearingContract(name, open);
  departureContract(name, open);
  siblingsContract(name, open);
  facesContract(name, open);
  collectionsContract(name, open);
  scrubContract(name, open);
}
