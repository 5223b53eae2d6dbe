import { describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import type { Collection } from '../../../src/domain/gallery.ts';
import { createAccess } from '../../../src/services/access.ts';
import { createKeys } from '../../../src/services/keys.ts';

const collection: Collection = { id: 'c0', slug: 'default', name: 'Default', metadata: {}, createdAtMs: 0 };

describe('making keys', () => {
  it('gives CompreFace one for each of its services, of which only recognition reaches the gallery', async () => {
    const access = createAccess({ credentials: openMemoryCredentials() });
    const issued = await createKeys(access, {
      dialect: 'compreface',
      collection,
      name: 'site',
      expiresAtMs: 5,
    });
    expect(issued.map(({ credential }) => credential)).toMatchObject([
      { service: 'recognition', collectionIds: ['c0'], name: 'site', expiresAtMs: 5 },
      { service: 'detection', collectionIds: [], expiresAtMs: 5 },
      { service: 'verification', collectionIds: [], expiresAtMs: 5 },
    ]);
    expect(new Set(issued.map(({ secret }) => secret)).size).toBe(3);
  });

  it('makes the one that is asked for', async () => {
    const access = createAccess({ credentials: openMemoryCredentials() });
    await createKeys(access, { dialect: 'compreface', service: 'detection', collection, name: '' });
    expect(await access.list()).toMatchObject([{ service: 'detection' }]);
  });

  it('makes none of a service that the dialect has not', async () => {
    const access = createAccess({ credentials: openMemoryCredentials() });
    const ask = { dialect: 'ostiary', service: 'recognition', collection, name: '' } as const;
    await expect(createKeys(access, ask)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await access.list()).toEqual([]);
  });
});
