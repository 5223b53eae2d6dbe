import { describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { dialectNames, services } from '../../../src/domain/credential.ts';
import { createAccess } from '../../../src/services/access.ts';
import { createKeys, type KeysAsk } from '../../../src/services/keys.ts';

const plain = { right: 'write', reach: ['c0'], name: '' } as const;

function open() {
  return createAccess({ credentials: openMemoryCredentials() });
}

describe('making keys', () => {
  it('gives CompreFace one for each of its services, of which only recognition reaches the gallery', async () => {
    const issued = await createKeys(open(), {
      ...{ ...plain, dialect: 'compreface', name: 'site', expiresAtMs: 5 },
    });
    expect(issued.map(({ credential }) => credential)).toMatchObject([
      { services: ['recognition'], right: 'write', reach: ['c0'], name: 'site', expiresAtMs: 5 },
      { services: ['detection'], right: 'read', reach: [], expiresAtMs: 5 },
      { services: ['verification'], right: 'read', reach: [], expiresAtMs: 5 },
    ]);
    expect(new Set(issued.map(({ secret }) => secret)).size).toBe(3);
  });

  it('makes the one that is asked for', async () => {
    const access = open();
    await createKeys(access, { ...plain, dialect: 'compreface', service: 'detection' });
    expect(await access.list()).toMatchObject([{ services: ['detection'] }]);
  });

  it.each(dialectNames.filter((name) => name !== 'compreface'))(
    'makes one for %s that has all services, and opens with its secret',
    async (dialect) => {
      const access = open();
      const [only, ...more] = await createKeys(access, { ...plain, dialect, right: 'read' });
      expect(more).toEqual([]);
      expect(only!.credential).toMatchObject({ dialect, services, right: 'read', reach: ['c0'] });
      const admitted = await access.admit({ secret: only!.secret, dialect, client: 'a' });
      expect(admitted).toMatchObject({ id: only!.credential.id });
    },
  );

  it('gives Face.Match.Expert a login, which stands in lists, and a password behind it', async () => {
    const [made] = await createKeys(open(), { ...plain, dialect: 'face-match-expert' });
    const { secret, credential } = made!;
    expect(secret).toMatch(/^ost-[0-9a-f]{12}:[\w-]{43}$/);
    expect(secret.startsWith(`${credential.login}:`)).toBe(true);
  });

  it.each<[what: string, ask: Partial<KeysAsk>]>([
    ['of a single service where keys have all', { dialect: 'findface', service: 'recognition' }],
    ['of CompreFace that reaches two collections', { dialect: 'compreface', reach: ['c0', 'c1'] }],
    ['of CompreFace that reaches all', { dialect: 'compreface', reach: 'all' }],
    ['of an administrator of a vendor’s API', { dialect: 'face-search', right: 'admin', reach: 'all' }],
    ['of an administrator who reaches some collections', { dialect: 'ostiary', right: 'admin' }],
  ])('makes none %s', async (_what, ask) => {
    const access = open();
    const wanted = { ...plain, dialect: 'ostiary', ...ask } as const;
    await expect(createKeys(access, wanted)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await access.list()).toEqual([]);
  });
});
