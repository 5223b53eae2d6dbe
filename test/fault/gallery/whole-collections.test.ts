import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ownUuidBytes } from '../../../src/adapters/gallery/lmdb/disk/keys.ts';
import { memberPrefix } from '../../../src/adapters/gallery/lmdb/disk/record-keys.ts';
import { checksums } from '../../../src/adapters/gallery/lmdb/disk/sealing/checksums.ts';
import { openStoreFiles } from '../../../src/adapters/gallery/lmdb/disk/store-files.ts';
import { openTables } from '../../../src/adapters/gallery/lmdb/disk/tables.ts';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { crowd } from '../../contract/gallery-clearing.ts';
import { face, pictured } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

async function tablesIn(dir: string) {
  const files = await openStoreFiles(dir);
  return { files, tables: openTables(files.gallery.under(checksums)) };
}

/** How many records each table has; without the ids and stamps that are kept of what is gone, and the lengths of templates. */
async function countsIn(dir: string): Promise<Record<string, number>> {
  const { files, tables } = await tablesIn(dir);
  const gone = [tables.tombstones, tables.changes, tables.formerCollections];
  const kept = [...gone, tables.memberStamps, tables.referenceStamps, tables.models].map(({ name }) => name);
  const counts = Object.values(tables)
    .filter(({ name }) => !kept.includes(name))
    .map((table) => [table.name, table.count()] as const);
  await files[Symbol.asyncDispose]();
  return Object.fromEntries(counts);
}

test('the removal of a collection that a stop cuts short stays decided, and the next start goes on with it', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await first.gallery.createCollection('door', 'Door');
  const enrolled = await crowd(first.gallery, id);
  const { id: side } = await first.gallery.createCollection('side', 'Side door');
  const { personId } = enrolled[0]!;
  await first.gallery.placePerson(side, personId, 'stays');
  const removing = first.gallery.removeCollection(id);
  while (await first.gallery.findCollection(id)) await nextTurn();
  await first.close();
  expect(await removing).toEqual({ members: enrolled.length, references: enrolled.length });

  const second = await openLmdbStore({ dir });
  expect(await second.gallery.findCollection('door')).toBeUndefined();
  expect((await second.gallery.createCollection('door', 'Door again')).id).not.toBe(id);
  await expect(second.gallery.listMemberships(id)).rejects.toMatchObject({ code: 'collection-unknown' });
  // Asked of a store in which nothing is under way.
  await second.gallery.digest();
  expect(second.gallery.counts()).toEqual({ collections: 2, persons: 1, references: 0 });
  expect(await second.gallery.listPlaces(personId)).toMatchObject([{ key: 'stays' }]);
  await second.close();
});

test('nothing is left of removed collections, copies and texts', async () => {
  const dir = await ownFolder();
  await (await openLmdbStore({ dir })).close();
  const before = await countsIn(dir);
  const { gallery, close } = await openLmdbStore({ dir });
  const main = (await gallery.createCollection('main', 'Main')).id;
  const side = (await gallery.createCollection('side', 'Side')).id;
  const notes = { text: 'Ann', metadata: { photo: 'a' } };
  const ann = await gallery.enrol(main, 'Ann', { ...pictured([1, 0], 'Ann'), ...notes });
  const bob = await gallery.enrol(main, 'Bob', face([0, 1], notes));
  await gallery.addPerson(side, 'Cid');
  await gallery.changeReferences([
    { kind: 'copy', collectionId: main, referenceId: ann.id, to: side },
    { kind: 'copy', collectionId: main, referenceId: bob.id, to: side },
    { kind: 'describe', collectionId: main, referenceId: bob.id, text: 'Bob' },
    { kind: 'move', collectionId: main, referenceId: bob.id, key: 'Bobby' },
    { kind: 'remove', collectionId: main, referenceId: ann.id },
  ]);
  await gallery.updateCollection(main, { slug: 'front' });
  await gallery.removeMembership(side, 'Ann');
  await gallery.removeCollection(main);
  await gallery.removeCollection(side);
  await close();
  expect(await countsIn(dir)).toEqual(before);
});

test('a store from before siblings, texts and counts is completed when it is opened', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await first.gallery.createCollection('door', 'Door');
  const ann = await first.gallery.enrol(id, 'Ann', pictured([1, 0], 'Ann'));
  await first.gallery.addPerson(id, 'Bob');
  const digest = await first.gallery.digest();
  await first.close();

  const { files, tables } = await tablesIn(dir);
  await files.gallery.write(() => {
    for (const { key } of [...tables.personNumbers.entries()]) tables.personNumbers.remove(key);
    for (const { key, value } of [...tables.collections.entries()]) {
      const { members: _, metadata: __, ...earlier } = value;
      tables.collections.put(key, earlier as typeof value);
    }
    for (const { key, value } of [...tables.references.entries()]) {
      const { faceNumber: _, text: __, metadata: ___, ...earlier } = value;
      tables.references.put(key, earlier as typeof value);
    }
  });
  await files[Symbol.asyncDispose]();

  await using second = (await openLmdbStore({ dir })).gallery;
  expect(await second.digest()).toBe(digest);
  expect(await second.countCollection(id)).toEqual({ members: 2, references: 1 });
  expect(await second.findPersonByNumber(1)).toMatchObject({ id: ann.personId });
  expect(await second.findFace(ann.number, [id])).toMatchObject([{ id: ann.id, text: '', metadata: {} }]);
});

test('a collection takes along with it those who were leaving it when it was removed', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await first.gallery.createCollection('door', 'Door');
  const { personId } = await first.gallery.enrol(id, 'Ann', face([1, 0]));
  await first.close();

  const { files, tables } = await tablesIn(dir);
  const door = ownUuidBytes(id);
  await files.gallery.write(() => {
    tables.departures.put(memberPrefix(door, personId), true);
    tables.collections.put(door, { ...tables.collections.get(door)!, clearing: 'the collection' });
  });
  await files[Symbol.asyncDispose]();

  const second = await openLmdbStore({ dir });
  await second.gallery.digest();
  expect(second.gallery.counts()).toEqual({ collections: 0, persons: 0, references: 0 });
  expect(second.storeProblems()).toEqual([]);
  await second.close();
  expect(await countsIn(dir)).toMatchObject({ departures: 0, slugs: 1 });
});
