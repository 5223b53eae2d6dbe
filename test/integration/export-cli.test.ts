import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ostiary, tempFolder } from '../harness/command.ts';
import { portrait } from '../harness/photographs.ts';

test('people move from one box to another with ostiary export and import', async () => {
  await using folder = await tempFolder();
  const at = (name: string) => join(folder.path, name);
  await writeFile(at('ann.jpg'), await portrait('ann'));
  const here = { data: at('here') };
  const there = { data: at('there') };
  expect((await ostiary(['enrol', 'Ann', at('ann.jpg')], here)).exitCode).toBe(0);
  expect(await ostiary(['export', '--to', at('out'), '--collection', 'default'], here)).toMatchObject({
    exitCode: 0,
    stdout: `${at('out')}: 1 collections, 1 persons, 1 faces. This is biometric data in the clear.\n`,
  });
  expect((await readdir(at('out'))).toSorted()).toEqual([
    ...['collections.jsonl', 'crops', 'faces.jsonl', 'manifest.json', 'persons.jsonl', 'pictures'],
  ]);
  expect(await ostiary(['import', at('out')], there)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('faces: 1 added, 0 there before, 0 refused'),
  });
  expect(await ostiary(['identify', at('ann.jpg')], there)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Ann'),
  });
  expect(await ostiary(['import', at('nowhere')], there)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('expected the folder of a whole export'),
  });
});
