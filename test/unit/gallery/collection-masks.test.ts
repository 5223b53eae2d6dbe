import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CollectionMasks } from '../../../src/adapters/gallery/lmdb/finder/collection-masks.ts';
import { Rows } from '../../../src/adapters/gallery/lmdb/finder/rows.ts';

const collections = 3;

function filled(count: number): { rows: Rows; masks: CollectionMasks } {
  const rows = new Rows();
  for (let number = 0; number < count; number++) {
    rows.append({ number, person: 0, collection: number % collections });
  }
  return { rows, masks: new CollectionMasks(rows) };
}

/** The last row goes to this place. */
function removeAt({ rows, masks }: ReturnType<typeof filled>, row: number): void {
  const last = rows.count - 1;
  const [collection, moved] = [rows.collectionAt(row), rows.collectionAt(last)];
  masks.remove(row, collection);
  masks.remove(last, moved);
  rows.moveLast(row);
  if (row !== last) masks.add(row, moved);
}

function expected({ rows }: ReturnType<typeof filled>, wanted: number[]): number[] {
  return Array.from({ length: rows.count }, (_, row) => row).filter((row) =>
    wanted.includes(rows.collectionAt(row)),
  );
}

async function shown({ masks }: ReturnType<typeof filled>, wanted: number[]): Promise<number[]> {
  return masks.use(wanted, async (words) =>
    Array.from({ length: words.length * 32 }, (_, row) => row).filter(
      (row) => ((words[row >>> 5]! >>> (row & 31)) & 1) === 1,
    ),
  );
}

test('a mask shows the rows of its collections while rows come, go and move', async () => {
  const gallery = filled(100);
  for (const wanted of [[0], [2, 1], []])
    expect(await shown(gallery, wanted)).toEqual(expected(gallery, wanted));
  for (const row of [99, 0, 50, 17]) removeAt(gallery, row);
  gallery.masks.add(gallery.rows.count, 1);
  gallery.rows.append({ number: 500, person: 0, collection: 1 });
  for (const wanted of [[0], [1, 2], []])
    expect(await shown(gallery, wanted)).toEqual(expected(gallery, wanted));
});

test('a mask of many rows is made in slices, and rows may move meanwhile', async () => {
  const gallery = filled(1_300_000);
  const asked = shown(gallery, [1]);
  removeAt(gallery, 7);
  await nextTurn();
  removeAt(gallery, 1);
  removeAt(gallery, 700_000);
  const found = await asked;
  expect(found).toHaveLength(expected(gallery, [1]).length);
  expect(found).toEqual(expected(gallery, [1]));
});

test('more sets of collections than are kept can be asked for at once', async () => {
  const gallery = filled(600_000);
  const sets = Array.from({ length: 50 }, (_, at) => [at % collections, at + collections]);
  const found = await Promise.all(sets.map((wanted) => gallery.masks.use(wanted, async (words) => words[0])));
  expect(found).toEqual(sets.map(([collection]) => firstWord(gallery, collection!)));
});

function firstWord({ rows }: ReturnType<typeof filled>, collection: number): number {
  let word = 0;
  for (let row = 0; row < 32; row++) if (rows.collectionAt(row) === collection) word |= 1 << row;
  return word >>> 0;
}
