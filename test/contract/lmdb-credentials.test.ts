import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../fixtures/gallery/folders.ts';
import { credentialsContract, hashOf, recognitionKey } from './credentials.ts';

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
  const { id } = await first.credentials.add(hashOf('one'), recognitionKey);
  first.credentials.noteUse(id, 1_800_000_000_123);
  await first.close();
  const second = await openLmdbStore({ dir });
  expect(await second.credentials.findBySecret(hashOf('one'))).toMatchObject({
    lastUsedAtMs: 1_800_000_000_123,
  });
  expect(await second.credentials.revoke(id)).toBe(true);
  await second.close();
});
