import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../src/adapters/gallery/lmdb/disk/environment.ts';
import { ownUuidBytes } from '../../src/adapters/gallery/lmdb/disk/keys.ts';
import { openTables, stateKey } from '../../src/adapters/gallery/lmdb/disk/tables.ts';
import { openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { type Credential, services } from '../../src/domain/credential.ts';
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

test('credentials of the first version say what they may do and reach', async () => {
  const dir = await ownFolder();
  await (await openLmdbStore({ dir })).close();
  const common = { name: 'old', createdAtMs: 5 } as const;
  const id = (last: number) => `00000000-0000-1000-8000-00000000000${last}`;
  const admin = { ...common, id: id(1), dialect: 'ostiary', service: 'admin', collectionIds: [] };
  const door = { ...common, id: id(2), dialect: 'compreface', service: 'recognition', collectionIds: ['c1'] };
  const eye = { ...common, id: id(3), dialect: 'compreface', service: 'detection', collectionIds: [] };
  const environment = await Environment.open(join(dir, 'gallery.mdb'));
  const tables = openTables(environment);
  await environment.write(() => {
    for (const old of [admin, door, eye])
      tables.credentials.put(ownUuidBytes(old.id), old as unknown as Credential);
    tables.meta.put(stateKey, { ...tables.meta.get(stateKey)!, schema: 1 });
  });
  await environment.close();

  const store = await openLmdbStore({ dir });
  expect(await store.credentials.list()).toEqual([
    {
      ...{ ...common, id: id(1), dialect: 'ostiary', kind: 'secret', services },
      ...{ right: 'admin', reach: 'all' },
    },
    {
      ...{ ...common, id: id(2), dialect: 'compreface', kind: 'secret', services: ['recognition'] },
      ...{ right: 'write', reach: ['c1'] },
    },
    {
      ...{ ...common, id: id(3), dialect: 'compreface', kind: 'secret', services: ['detection'] },
      ...{ right: 'read', reach: [] },
    },
  ]);
  await store.close();
});
