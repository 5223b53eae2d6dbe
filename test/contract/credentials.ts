import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Credential, Credentials, NewCredential } from '../../src/domain/ports/credentials.ts';
import type { GalleryClock } from './gallery.ts';

export type OpenCredentials = (clock: GalleryClock) => Promise<{
  credentials: Credentials;
  close: () => Promise<void>;
}>;

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export const recognitionKey: NewCredential = {
  dialect: 'compreface',
  service: 'recognition',
  name: 'front door',
  collectionIds: ['00000000-0000-1000-8000-000000000001'],
};

/** Adds one whose secret is this. */
export async function addOne(
  credentials: Credentials,
  secret: string,
  credential = recognitionKey,
): Promise<Credential> {
  const [added] = await credentials.add([{ secretSha256: hashOf(secret), credential }]);
  return added!;
}

/** What every keeper of credentials promises. */
export function credentialsContract(name: string, open: OpenCredentials): void {
  describe(name, () => {
    let now: number;
    let opened: Awaited<ReturnType<OpenCredentials>>;

    beforeEach(async () => {
      now = 1_800_000_000_000;
      opened = await open({ nowMs: () => now, nextId: createIdSource(() => now) });
    });
    afterEach(() => opened.close());

    test('finds a credential by the hash of its secret', async () => {
      const { credentials } = opened;
      const added = await addOne(credentials, 'one', { ...recognitionKey, expiresAtMs: now + 5 });
      expect(added).toEqual({ ...recognitionKey, id: added.id, createdAtMs: now, expiresAtMs: now + 5 });
      expect(await credentials.findBySecret(hashOf('one'))).toEqual(added);
      expect(await credentials.findBySecret(hashOf('two'))).toBeUndefined();
      expect(await credentials.findBySecret('one')).toBeUndefined();
      expect(await credentials.list()).toEqual([added]);
    });

    test('gives a secret to one credential only', async () => {
      const { credentials } = opened;
      await addOne(credentials, 'one');
      const again = addOne(credentials, 'one', { ...recognitionKey, name: 'back door' });
      await expect(again).rejects.toMatchObject({ code: 'bad-input' });
      expect(await credentials.list()).toHaveLength(1);
    });

    test('adds several in one write, in their order', async () => {
      const { credentials } = opened;
      const wishes = ['one', 'two', 'three'].map((name) => ({
        secretSha256: hashOf(name),
        credential: { ...recognitionKey, name },
      }));
      const added = await credentials.add(wishes);
      expect(added.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
      expect(new Set(added.map(({ id }) => id)).size).toBe(3);
      for (const [at, { secretSha256 }] of wishes.entries()) {
        expect(await credentials.findBySecret(secretSha256)).toEqual(added[at]);
      }
      expect(await credentials.add([])).toEqual([]);
    });

    test.each([
      ['is there already', hashOf('old')],
      ['comes twice', hashOf('one')],
      ['is no hash', 'three'],
    ])('adds none of several when the secret of the last %s', async (_why, last) => {
      const { credentials } = opened;
      const old = await addOne(credentials, 'old');
      const wishes = [hashOf('one'), hashOf('two'), last].map((secretSha256) => ({
        secretSha256,
        credential: recognitionKey,
      }));
      await expect(credentials.add(wishes)).rejects.toMatchObject({ code: 'bad-input' });
      expect(await credentials.list()).toEqual([old]);
      expect(await credentials.findBySecret(hashOf('one'))).toBeUndefined();
      expect(await addOne(credentials, 'two')).toMatchObject({ name: recognitionKey.name });
    });

    test('revokes once, and still finds what was revoked', async () => {
      const { credentials } = opened;
      const { id } = await addOne(credentials, 'one');
      now += 7;
      expect(await credentials.revoke(id)).toBe(true);
      now += 7;
      expect(await credentials.revoke(id)).toBe(false);
      expect(await credentials.findBySecret(hashOf('one'))).toMatchObject({ revokedAtMs: now - 7 });
      expect(await credentials.revoke('00000000-0000-1000-8000-000000000000')).toBe(false);
      expect(await credentials.revoke('no uuid')).toBe(false);
    });

    test('tells the last use, and passes over that of an unknown credential', async () => {
      const { credentials } = opened;
      const { id } = await addOne(credentials, 'one');
      credentials.noteUse(id, now + 1);
      credentials.noteUse(id, now + 2);
      credentials.noteUse('00000000-0000-1000-8000-000000000000', now);
      expect(await credentials.findBySecret(hashOf('one'))).toMatchObject({ lastUsedAtMs: now + 2 });
      expect((await credentials.list())[0]).toMatchObject({ lastUsedAtMs: now + 2 });
    });
  });
}
