import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../fixtures/gallery/folders.ts';
import { addOne, credentialsContract, hashOf, recognitionKey } from './credentials.ts';

credentialsContract('lmdb credentials', async (clock) => {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-credentials-'));
  const store = await openLmdbStore({ dir, ...clock });
  const close = async () => {
    await store.close();
    await rm(dir, { recursive: true });
  };
  return { credentials: store.credentials, close };
});

test('uses that were held back are written when the store is closed', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  const { id } = await addOne(first.credentials, 'one');
  first.credentials.noteUse(id, 1_800_000_000_123);
  await first.close();
  const second = await openLmdbStore({ dir });
  expect(await second.credentials.findBySecret(hashOf('one'))).toMatchObject({
    lastUsedAtMs: 1_800_000_000_123,
  });
  expect(await second.credentials.revoke(id)).toBe(true);
  await second.close();
});

test('a damaged credential opens nothing, and the others are listed', async () => {
  const dir = await ownFolder();
  const first = await openLmdbStore({ dir });
  await addOne(first.credentials, 'one', { ...recognitionKey, name: 'damaged' });
  const whole = await addOne(first.credentials, 'two');
  await first.close();
  const file = join(dir, 'gallery.mdb');
  const bytes = await readFile(file);
  const name = Buffer.from('"name":"damaged"');
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) bytes[at + 9]! ^= 1;
  await writeFile(file, bytes);

  const second = await openLmdbStore({ dir });
  await expect(second.credentials.findBySecret(hashOf('one'))).rejects.toMatchObject({
    code: 'record-corrupt',
  });
  expect(await second.credentials.list()).toEqual([whole]);
  await second.close();
});
