import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { migrate } from '../../../src/adapters/gallery/lmdb/disk/migrations.ts';
import { openTables, stateKey } from '../../../src/adapters/gallery/lmdb/disk/tables.ts';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { compareStamps } from '../../../src/primitives/stamp.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { type FirstContents, firstStore } from '../../fixtures/gallery/version-1/first-store.ts';
import { allChanges, emptyCopy, mergeInto, recordsOf, seenIn } from '../../fixtures/sync/replayed.ts';
import { seenByCallers } from '../../fixtures/sync/seen-by-callers.ts';

async function expectContents({ gallery }: LmdbStore, contents: FirstContents): Promise<void> {
  const { collections, receipt, counts } = contents;
  expect(gallery.counts()).toEqual(counts);
  expect(await gallery.findErasure(receipt.personId)).toEqual(receipt);
  for (const { members, memberCount, persons, references, ...collection } of collections) {
    expect(await gallery.findCollection(collection.id)).toMatchObject(collection);
    const found = await gallery.listMemberships(collection.id);
    expect(found.length).toBe(memberCount ?? members?.length);
    if (!members || !persons) continue;
    expect(found).toEqual(members);
    expect(await Promise.all(found.map(({ personId }) => gallery.findPerson(personId)))).toEqual(persons);
    const listed = await gallery.listReferences(collection.id, { offset: 0, limit: 100 });
    expect(listed.references).toMatchObject(references!);
  }
}

/** How many changes there are, once each collection's have been played into an empty copy. */
async function countReplayed({ gallery, changeLog }: LmdbStore): Promise<number> {
  let changes = 0;
  for (const { id } of await gallery.listCollections()) {
    const copy = emptyCopy();
    const records = await recordsOf(changeLog, id);
    for (const record of records) mergeInto(copy, record);
    expect(seenIn(copy, id)).toEqual(await seenByCallers(gallery, id));
    changes += records.length;
  }
  return changes;
}

/** Of each collection one; of each person, place and reference one. */
function expectedChanges({ counts: { collections, persons, references } }: FirstContents): number {
  return collections + 2 * persons + references;
}

test('a store of version 1 has the same contents, with stamps and changes for all of them', async () => {
  const dir = await ownFolder();
  const contents = await firstStore(dir);
  const before = Date.now();
  const first = await openLmdbStore({ dir });
  expect(first.storeProblems()).toEqual([]);
  await expectContents(first, contents);
  expect(await countReplayed(first)).toBe(expectedChanges(contents));
  const { id: collectionId, persons, references } = contents.collections[0]!;
  const ann = persons![0]!;
  const made = { ms: ann.createdAtMs, count: 0, device: first.changeLog.device };
  const { record } = (await first.changeLog.findRecord({ collectionId, entity: 'person', id: ann.id }))!;
  expect(record).toMatchObject({ stamps: { created: made, name: made, status: made }, numberMoves: 0 });
  expect(await first.changeLog.findRecord({ collectionId, entity: 'membership', id: ann.id })).toMatchObject({
    record: { key: { wanted: 'Ann', moves: 0, stamp: made }, added: { ms: references![1]!.createdAtMs } },
  });
  const changes = await allChanges(first.changeLog, collectionId);
  expect(changes[0]!.stamp.ms).toBeGreaterThanOrEqual(before);
  await first.close();

  const second = await openLmdbStore({ dir });
  expect(second.changeLog.device).toBe(first.changeLog.device);
  expect(await allChanges(second.changeLog, collectionId)).toEqual(changes);
  await second.gallery.enrol(collectionId, 'Ann', face([0, 1, 0.5]));
  const [next] = await second.changeLog.changesSince(collectionId, changes.at(-1)!.stamp, 1);
  expect(compareStamps(next!.stamp, changes.at(-1)!.stamp)).toBeGreaterThan(0);
  await second.close();
});

test('stamping that is cut short is taken up again, and an earlier version does not open what is half done', async () => {
  for (const writes of [1, 2, 3, 5, 6, 8, 10, 12]) {
    const dir = await ownFolder();
    const contents = await firstStore(dir);
    const environment = await Environment.open(join(dir, 'gallery.mdb'));
    const tables = openTables(environment);
    let left = writes;
    const failing = new Proxy(environment, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (name === 'write' && left-- <= 0) throw new Error('cut off');
          return Reflect.apply(member, target, args) as unknown;
        };
      },
    });
    const parts = { environment: failing, tables, nowMs: Date.now };
    await expect(migrate(parts)).rejects.toThrow('cut off');
    expect(tables.meta.get(stateKey)).toMatchObject({ schema: 3, completeTo: writes < 3 ? 1 : 2 });
    await environment.close();

    const store = await openLmdbStore({ dir });
    await expectContents(store, contents);
    expect(await countReplayed(store)).toBe(expectedChanges(contents));
    await store.close();
  }
});
