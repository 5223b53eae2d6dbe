import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { crowd } from '../../contract/gallery-clearing.ts';
import { pictured, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

test('a clearing that a stop cuts short stays decided, and the next start goes on with it', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await first.gallery.createCollection('door', 'Door');
  const enrolled = await crowd(first.gallery, id);
  const clearing = first.gallery.clearCollection(id);
  // Until it is decided, which is before all is gone.
  while ((await first.gallery.listMemberships(id)).length > 0) await nextTurn();
  await first.close();
  expect(await clearing).toEqual({ members: enrolled.length, references: enrolled.length });

  const second = await openLmdbStore({ dir });
  expect(await second.gallery.findReference(id, enrolled.at(-1)!.id)).toBeUndefined();
  const ask = { collectionIds: [id], modelId: 'model-a', limit: 5, minScore: -1, distinctPersons: false };
  expect(await second.gallery.search({ ...ask, probes: [unit(1, 0)] })).toEqual([[]]);
  // Asked of a store in which nothing is under way.
  await second.gallery.digest();
  expect(second.gallery.counts()).toEqual({ collections: 1, persons: 0, references: 0 });
  await second.close();
});

test('damaged records are cleared with the others', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await first.gallery.createCollection('door', 'Door');
  const { id: referenceId } = await first.gallery.enrol(id, 'Ann', pictured([1, 0], 'Ann'));
  await first.gallery.enrol(id, 'Bob', pictured([0, 1], 'Bob'));
  await first.close();
  const file = join(dir, 'gallery.mdb');
  const bytes = await readFile(file);
  const record = Buffer.from(`"id":"${referenceId}"`);
  let flipped = 0;
  for (let at = bytes.indexOf(record); at >= 0; at = bytes.indexOf(record, at + 1), flipped++)
    bytes[at + 3]! ^= 1;
  expect(flipped).toBeGreaterThan(0);
  await writeFile(file, bytes);

  const second = await openLmdbStore({ dir });
  await expect(second.gallery.findReference(id, referenceId)).rejects.toMatchObject({
    code: 'record-corrupt',
  });
  expect(await second.gallery.clearCollection(id)).toEqual({ members: 2, references: 2 });
  expect(second.gallery.counts()).toEqual({ collections: 1, persons: 0, references: 0 });
  const ask = { collectionIds: [id], modelId: 'model-a', limit: 5, minScore: -1, distinctPersons: false };
  expect(await second.gallery.search({ ...ask, probes: [unit(1, 0)] })).toEqual([[]]);
  await second.close();
});

test('one damaged tombstone does not keep a store from opening', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await first.gallery.createCollection('door', 'Door');
  const { personId } = await first.gallery.enrol(id, 'Ann', pictured([1, 0], 'Ann'));
  await first.gallery.erase(personId);
  await first.close();
  const file = join(dir, 'gallery.mdb');
  const bytes = await readFile(file);
  const record = Buffer.from('"kind":"erased"');
  for (let at = bytes.indexOf(record); at >= 0; at = bytes.indexOf(record, at + 1)) bytes[at + 3]! ^= 1;
  await writeFile(file, bytes);

  const second = await openLmdbStore({ dir });
  await expect(second.gallery.findErasure(personId)).rejects.toMatchObject({ code: 'record-corrupt' });
  expect(second.gallery.counts().collections).toBe(1);
  await second.close();
});
