import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

test('others have their turn while many references are removed by their ids', async () => {
  const { gallery, close } = await openLmdbStore({ dir: await ownFolder() });
  const { id } = await gallery.createCollection('door', 'Door');
  const ids: string[] = [];
  for (let call = 0; call < 10; call++) {
    const faces = Array.from({ length: 100 }, (_, at) => ({
      key: `person ${at}`,
      face: face([1, call, at]),
    }));
    ids.push(...(await gallery.enrolAll(id, faces)).map((enrolled) => enrolled.id));
  }
  let turns = 0;
  let isOver = false;
  const removing = gallery.removeReferences(id, [...ids.slice(1), ids[5]!, id]).finally(() => {
    isOver = true;
  });
  const members: number[] = [];
  for (; !isOver; turns++) {
    await nextTurn();
    members.push((await gallery.findCollection('door')) ? (await gallery.listMemberships(id)).length : -1);
  }
  expect((await removing).map((removed) => removed.id)).toEqual(ids.slice(1));
  expect(turns).toBeGreaterThan(3);
  // They leave one after the other, each with her last.
  expect(members).toEqual(members.toSorted((one, other) => other - one));
  expect(new Set(members).size).toBeGreaterThan(2);
  expect((await gallery.listMemberships(id)).map(({ key }) => key)).toEqual(['person 0']);
  await close();
});
