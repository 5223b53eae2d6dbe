import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../../src/adapters/gallery/lmdb/disk/lock-file.ts';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const writer = join(import.meta.dirname, 'writer.ts');

test('a second process is refused and told who has the store; a dead one is succeeded', async () => {
  const dir = await ownFolder();
  const child = spawn(process.execPath, [writer, dir, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(openLmdbStore({ dir })).rejects.toMatchObject({
    code: 'storage-failed',
    message: `The store is in use by process ${child.pid}`,
    details: { pid: child.pid },
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = await openLmdbStore({ dir });
  expect(await store.gallery.findCollection('door')).toBeDefined();
  await store.close();
});

test('the same process cannot open a store twice, and can again after closing it', async () => {
  const dir = await ownFolder();
  const store = await openLmdbStore({ dir });
  await expect(openLmdbStore({ dir })).rejects.toMatchObject({ details: { pid: process.pid } });
  await store.close();
  await store.close();
  await (await openLmdbStore({ dir })).close();
});

test('a lock whose process id has gone to another process is taken over', async () => {
  const file = join(await ownFolder(), 'lock');
  const lock = await takeLock(file);
  const holder = JSON.parse(await readFile(file, 'utf8')) as object;
  await lock.release();
  await writeFile(file, JSON.stringify({ ...holder, startedAt: '1' }));
  await (await takeLock(file)).release();
});

test('a lock file that was cut short is taken over', async () => {
  const file = join(await ownFolder(), 'lock');
  await writeFile(file, '{"pid": 1');
  await (await takeLock(file)).release();
});

test('of many that find a dead lock one gets it', async () => {
  const file = join(await ownFolder(), 'lock');
  await writeFile(file, JSON.stringify({ pid: 999_999_999, startedAt: '1', boot: 'long ago' }));
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(file)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
