import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { codeOf } from '../../../src/adapters/gallery/lmdb/finder/codes.ts';
import { Finder } from '../../../src/adapters/gallery/lmdb/finder/finder.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { unit } from '../../fixtures/gallery/faces.ts';

const collectionId = idOf(0);
const dimensions = 512;
const probe = unit(1, 0, ...Array.from({ length: dimensions - 2 }, () => 0));

function idOf(number: number): Uuid {
  return `00000000-0000-1000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** The score falls from the first row to the last. */
function template(number: number, rows: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const angle = (number / rows) * (Math.PI / 2);
  vector[0] = Math.cos(angle);
  vector[1] = Math.sin(angle);
  return vector;
}

/** So many rows that a search takes many slices. */
function filled(rows: number): Finder {
  const finder = new Finder({
    nowMs: () => 0,
    latestMs: () => 0,
    readTemplate: (number) => template(number, rows),
  });
  for (let number = 0; number < rows; number++) {
    const row = { number, collectionId, personId: idOf(number), code: codeOf(template(number, rows)) };
    finder.addRow({ id: 'model', dimensions }, row);
  }
  return finder;
}

function search(finder: Finder, limit: number, distinctPersons = false, probes = [probe]) {
  const ask = { collectionIds: [collectionId], modelId: 'model', probes, minScore: -1 };
  return finder.search(
    { ...ask, limit, distinctPersons },
    { name: (number) => ({ number }), faceOf: Number },
  );
}

test('a search lets other work run, and another search', async () => {
  const finder = filled(20_000);
  let turns = 0;
  let over = false;
  const both = Promise.all([search(finder, 3), search(finder, 3)]).finally(() => {
    over = true;
  });
  while (!over) {
    await nextTurn();
    turns++;
  }
  expect(turns).toBeGreaterThan(1);
  for (const [hits] of await both) expect(hits!.map(({ number }) => number)).toEqual([0, 1, 2]);
});

test('a search for many faces lets other work run, and rows may go meanwhile', async () => {
  const rows = 6_500;
  const finder = filled(rows);
  let turns = 0;
  const searching = search(finder, 1, false, Array(200).fill(probe)).finally(() => {
    turns = -turns;
  });
  for (let turn = 1; turns >= 0; turn++) {
    await nextTurn();
    if (turns >= 0) turns = turn;
    if (turn === 2) for (let number = 256; number < rows; number++) finder.removeRow(number);
  }
  expect(-turns).toBeGreaterThan(4);
  for (const [hit] of await searching) expect(hit!.number).toBe(0);
});

test('rows removed during a search never come out, and no row that stays is missed or told twice', async () => {
  const rows = 20_000;
  const finder = filled(rows);
  const searching = search(finder, 1_000);
  const removed = new Set<number>();
  // Each removal moves the last row into the gap.
  for (let turn = 0; turn < 5; turn++) {
    for (let number = turn; number < rows; number += 97) {
      removed.add(number);
      finder.removeRow(number);
    }
  }
  const [hits] = await searching;
  const expected = Array.from({ length: rows }, (_, number) => number).filter(
    (number) => !removed.has(number),
  );
  expect(hits!.map(({ number }) => number)).toEqual(expected.slice(0, 1_000));
});

test('a person hidden or suspended during a search does not come out', async () => {
  const finder = filled(20_000);
  const searching = search(finder, 2, true);
  finder.hide(idOf(0), true);
  const suspended = { id: idOf(1), number: 1, name: '', metadata: {}, createdAtMs: 0 };
  finder.judge({ ...suspended, status: 'suspended' });
  const [hits] = await searching;
  expect(hits!.map(({ number }) => number)).toEqual([2, 3]);
});

test('a row given to another person during a search comes out as hers', async () => {
  const finder = filled(20_000);
  const searching = search(finder, 2, true);
  finder.moveRow(0, idOf(1));
  const [hits] = await searching;
  expect(hits!.map(({ number }) => number)).toEqual([0, 2]);
});

test('who has left a collection counts there no more, though rows of hers are still being removed', () => {
  const finder = filled(4);
  finder.moveRow(1, idOf(0));
  expect(finder.countSearchable([collectionId])).toBe(3);
  finder.hideMember({ personId: idOf(0), collectionId, hidden: true });
  finder.forget(idOf(0));
  expect(finder.countSearchable([collectionId])).toBe(2);
  for (const number of [0, 1]) finder.removeRow(number);
  expect(finder.countSearchable([collectionId])).toBe(2);
});
