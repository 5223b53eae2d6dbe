import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Restored,
  type RestoreWish,
  restoreLmdbStore,
} from '../../../src/adapters/gallery/lmdb/backup/restore-lmdb-store.ts';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { BackupSecret } from '../../../src/domain/backup.ts';
import type { NewReference, Uuid } from '../../../src/domain/gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { randomNumbers, randomUnits } from '../../fixtures/vectors.ts';

export const secret: BackupSecret = { kind: 'key', bytes: Buffer.alloc(32, 3) };
const dimensions = 128;

export function randomBytes(length: number, seed: number): Buffer {
  const random = randomNumbers(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** A face with crop and picture, all of it random. */
export function faceOf(number: number, pictureBytes = 20_000): NewReference {
  const plain = face([1]);
  return {
    ...plain,
    template: { modelId: 'model-a', vector: randomUnits(1, dimensions, number) },
    crop: { jpeg: randomBytes(4_000, number), landmarks: plain.landmarks },
    picture: randomBytes(pictureBytes, -number),
  };
}

/** A store with so many people at one door; answers their ids. */
export async function fill(store: LmdbStore, people: number): Promise<{ door: Uuid; personIds: Uuid[] }> {
  const { id: door } = await store.gallery.createCollection('door', 'Door');
  const enrolled = await Promise.all(
    Array.from({ length: people }, (_, at) => store.gallery.enrol(door, `person ${at}`, faceOf(at))),
  );
  return { door, personIds: enrolled.map(({ personId }) => personId) };
}

/** Restores and answers what the restored store is asked. */
export async function restored<R>(
  wish: Partial<RestoreWish> & Pick<RestoreWish, 'file' | 'dir'>,
  ask: (store: LmdbStore, outcome: Restored) => Promise<R>,
): Promise<R> {
  const outcome = await restoreLmdbStore({ secret, erasures: [], forgetting: 'anonymise', ...wish });
  const { dir, wrappingKey } = wish;
  const store = await openLmdbStore({ dir, wrappingKey });
  try {
    await store.loaded();
    return await ask(store, outcome);
  } finally {
    await store.close();
  }
}

/** What lies in a folder, but what LMDB and the lock keep beside files that are open. */
export async function namesIn(dir: string): Promise<string[]> {
  return (await readdir(dir).catch(() => [])).filter((name) => !name.endsWith('-lock')).toSorted();
}

/** Where a test's backups and stores are. */
export function places(root: string) {
  return { dir: join(root, 'store'), backups: join(root, 'backups'), again: join(root, 'again') };
}
