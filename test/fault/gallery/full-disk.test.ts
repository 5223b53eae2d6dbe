import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { face, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

/** A small disk in memory; `undefined` where it may not be mounted. */
async function smallDisk(): Promise<string | undefined> {
  const dir = await ownFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'none', dir], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', dir]));
  return dir;
}

test('a full disk refuses writes, goes on answering, and recovers when there is room', async ({ skip }) => {
  const dir = await smallDisk();
  if (dir === undefined) return skip('Only root may mount the small disk that this test fills');
  const ballast = join(dir, 'ballast');
  await writeFile(ballast, Buffer.alloc(2_000_000, 1));
  const store = await openLmdbStore({ dir: join(dir, 'store') });
  const { gallery } = store;
  const { id } = await gallery.createCollection('door', 'Door');
  const enrolled: string[] = [];
  const refused: unknown[] = [];
  for (let at = 0; at < 100 && refused.length === 0; at++) {
    const more = at % 2 ? { picture: Buffer.alloc(150_000, at) } : {};
    const crop = { jpeg: Buffer.alloc(100_000, at), landmarks: face([1]).landmarks };
    const wishes = [0, 1, 2].map((lane) =>
      gallery.enrol(id, `${at}-${lane}`, face([1, at], { crop, ...more })),
    );
    for (const outcome of await Promise.allSettled(wishes)) {
      if (outcome.status === 'fulfilled') enrolled.push(outcome.value.id);
      else refused.push(outcome.reason);
    }
  }
  expect(refused.map((error) => (error as { code: string }).code)).toContain('storage-full');

  const found = async () => {
    const ask = {
      collectionIds: [id],
      modelId: 'model-a',
      limit: 1_000,
      minScore: -1,
      distinctPersons: false,
    };
    const [hits] = await gallery.search({ ...ask, probes: [unit(1, 0)] });
    return hits!.map(({ referenceId }) => referenceId).toSorted();
  };
  expect(await found()).toEqual(enrolled.toSorted());
  expect((await gallery.listReferences(id, { offset: 0, limit: 1_000 })).total).toBe(enrolled.length);
  await gallery.digest();

  await rm(ballast);
  enrolled.push((await gallery.enrol(id, 'late', face([1, 1]))).id);
  expect(await found()).toEqual(enrolled.toSorted());
  const digest = await gallery.digest();
  await store.close();
  const again = await openLmdbStore({ dir: join(dir, 'store') });
  expect(await again.gallery.digest()).toBe(digest);
  await again.close();
});
