import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Credentials, NewCredential } from '../../src/domain/ports/credentials.ts';
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
      const added = await credentials.add(hashOf('one'), { ...recognitionKey, expiresAtMs: now + 5 });
      expect(added).toEqual({ ...recognitionKey, id: added.id, createdAtMs: now, expiresAtMs: now + 5 });
      expect(await credentials.findBySecret(hashOf('one'))).toEqual(added);
      expect(await credentials.findBySecret(hashOf('two'))).toBeUndefined();
      expect(await credentials.findBySecret('one')).toBeUndefined();
      expect(await credentials.list()).toEqual([added]);
    });

    test('gives a secret to one credential only', async () => {
      const { credentials } = opened;
      await credentials.add(hashOf('one'), recognitionKey);
      const again = credentials.add(hashOf('one'), { ...recognitionKey, name: 'back door' });
      await expect(again).rejects.toMatchObject({ code: 'bad-input' });
      expect(await credentials.list()).toHaveLength(1);
    });

    test('revokes once, and still finds what was revoked', async () => {
      const { credentials } = opened;
      const { id } = await credentials.add(hashOf('one'), recognitionKey);
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
      const { id } = await credentials.add(hashOf('one'), recognitionKey);
      credentials.noteUse(id, now + 1);
      credentials.noteUse(id, now + 2);
      credentials.noteUse('00000000-0000-1000-8000-000000000000', now);
      expect(await credentials.findBySecret(hashOf('one'))).toMatchObject({ lastUsedAtMs: now + 2 });
      expect((await credentials.list())[0]).toMatchObject({ lastUsedAtMs: now + 2 });
    });
  });
}
