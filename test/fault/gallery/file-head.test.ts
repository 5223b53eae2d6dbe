import { spawnSync } from 'node:child_process';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const lmdbStore = join(import.meta.dirname, '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts');

/** In a process of its own, for what LMDB cannot open ends the process. */
async function openElsewhere(dir: string) {
  const script = join(await ownFolder(), 'script.ts');
  await writeFile(
    script,
    `import { openLmdbStore } from '${lmdbStore}';
try { await (await openLmdbStore({ dir: '${dir}' })).close(); console.log('opened'); }
catch (error) { console.log(error.code, error.details.file); }`,
  );
  const run = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 20_000 });
  return { signal: run.signal, said: run.stdout.trim() };
}

function fill(from: number, to: number) {
  return async (file: string) => {
    const bytes = await readFile(file);
    bytes.fill(0, from, to);
    await writeFile(file, bytes);
  };
}

const damages: readonly [string, (file: string) => Promise<void>][] = [
  ['an empty file', (file) => truncate(file, 0)],
  ['a file that the first start has half made', (file) => truncate(file, 16_384)],
  ['a file cut short before its roots', (file) => truncate(file, 49_152)],
  ['a damaged head', fill(0, 512)],
  ['a head without the size of its pages', fill(48, 52)],
  ['a damaged second head', fill(16_384, 16_896)],
];

for (const name of ['gallery.mdb', 'pictures.mdb']) {
  test.for(damages)(`${name}: %s is refused, and does not end the process`, async ([, damage]) => {
    const dir = await ownFolder();
    await (await openLmdbStore({ dir })).close();
    expect(await openElsewhere(dir)).toEqual({ signal: null, said: 'opened' });
    await damage(join(dir, name));
    expect(await openElsewhere(dir)).toEqual({ signal: null, said: `storage-failed ${join(dir, name)}` });
  });
}

test('a draft that a power cut has left is replaced', async () => {
  const dir = await ownFolder();
  for (const name of ['gallery.mdb', 'pictures.mdb']) {
    await writeFile(join(dir, `${name}.draft`), Buffer.alloc(16_384, 1));
    await writeFile(join(dir, `${name}.draft-lock`), 'torn');
  }
  expect(await openElsewhere(dir)).toEqual({ signal: null, said: 'opened' });
  expect((await readdir(dir)).filter((name) => name.includes('draft'))).toEqual([]);
});
