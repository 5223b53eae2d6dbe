import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { galleryContract, type OpenGallery } from './gallery.ts';
import { clearingContract } from './gallery-clearing.ts';
import { departureContract } from './gallery-departure.ts';
import { siblingsContract } from './gallery-siblings.ts';

let folder: string;
let stores = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-gallery-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open: OpenGallery = async (clock) => {
  const store = await openLmdbStore({ dir: join(folder, String(++stores)), ...clock });
  return store.gallery;
};

galleryContract('lmdb gallery', open);
clearingContract('lmdb gallery', open);
departureContract('lmdb gallery', open);
siblingsContract('lmdb gallery', open);
