import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openErasureList } from '../../../src/adapters/erasure-list/file/open-erasure-list.ts';
import type { ListedErasure } from '../../../src/domain/backup.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

let file: string;

beforeEach(async () => {
  file = join(await ownFolder(), 'backups', 'erasures.list');
});

function erasure(number: number): ListedErasure {
  const personId = `0000000${number}-0000-1000-8000-000000000000`;
  return { personId, hiddenAtMs: 1_800_000_000_000 + number };
}

test('a list holds who was added, once each and in that order, for whoever opens it', async () => {
  const list = openErasureList(file);
  expect(await list.read()).toBeUndefined();
  await list.add([]);
  expect(await openErasureList(file).read()).toEqual([]);
  await list.add([erasure(2)]);
  await Promise.all([list.add([erasure(1), erasure(2)]), list.add([erasure(3)])]);
  const all = [erasure(2), erasure(1), erasure(3)];
  expect(await list.read()).toEqual(all);
  expect(await openErasureList(file).read()).toEqual(all);
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test('half a line, as a crash leaves it, is written anew', async () => {
  const list = openErasureList(file);
  await list.add([erasure(1), erasure(2)]);
  await truncate(file, (await stat(file)).size - 3);
  expect(await list.read()).toEqual([erasure(1)]);
  await list.add([erasure(3)]);
  expect(await openErasureList(file).read()).toEqual([erasure(1), erasure(3)]);
});

test('a line that was changed, taken out or moved is found, and named', async () => {
  await openErasureList(file).add([1, 2, 3].map(erasure));
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  const [one, two, three] = lines as [string, string, string];
  for (const [wrong, line] of [
    [[one.replace('1', '2'), two, three], 1],
    [[one, three], 2],
    [[one, three, two], 2],
    [[one, two, three, one], 4],
  ] as const) {
    await writeFile(file, `${wrong.join('\n')}\n`);
    await expect(openErasureList(file).read()).rejects.toMatchObject({
      code: 'record-corrupt',
      message: expect.stringContaining(`damaged in line ${line}`),
    });
  }
});

test('what another has written meanwhile is kept', async () => {
  const list = openErasureList(file);
  await list.add([erasure(1)]);
  await openErasureList(file).add([erasure(2)]);
  await list.add([erasure(3)]);
  expect(await list.read()).toEqual([1, 2, 3].map(erasure));
  await appendFile(file, 'x');
  await list.add([erasure(4)]);
  expect(await openErasureList(file).read()).toEqual([1, 2, 3, 4].map(erasure));
});
