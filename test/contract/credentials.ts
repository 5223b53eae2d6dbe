import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Credential, maxReach } from '../../src/domain/credential.ts';
import { createIdSource } from '../../src/domain/ids.ts';
import type { Credentials, NewCredential, NewUser } from '../../src/domain/ports/credentials.ts';
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
  services: ['recognition'],
  right: 'write',
  reach: ['00000000-0000-1000-8000-000000000001'],
  name: 'front door',
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
      const given = { ...recognitionKey, kind: 'secret', expiresAtMs: now + 5 };
      expect(added).toEqual({ ...given, id: added.id, createdAtMs: now });
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

    test('finds by id what was added, also when it was revoked, and nothing else', async () => {
      const { credentials } = opened;
      const added = await addOne(credentials, 'one');
      expect(await credentials.find(added.id)).toEqual(added);
      await credentials.revoke(added.id);
      expect(await credentials.find(added.id)).toEqual({ ...added, revokedAtMs: now });
      expect(await credentials.find('00000000-0000-1000-8000-000000000000')).toBeUndefined();
      expect(await credentials.find('no uuid')).toBeUndefined();
    });

    test('lists hundreds', async () => {
      const { credentials } = opened;
      const wishes = Array.from({ length: 600 }, (_, at) => ({
        secretSha256: hashOf(`${at}`),
        credential: { ...recognitionKey, name: `${at}` },
      }));
      const added = await credentials.add(wishes);
      const byId = (one: Credential, other: Credential) => (one.id < other.id ? -1 : 1);
      expect((await credentials.list()).sort(byId)).toEqual(added.toSorted(byId));
    });

    test('moves the end of a credential, and takes it away', async () => {
      const { credentials } = opened;
      const added = await addOne(credentials, 'one', { ...recognitionKey, expiresAtMs: now + 5 });
      expect(await credentials.setExpiry(added.id, now + 9)).toBe(true);
      expect(await credentials.find(added.id)).toEqual({ ...added, expiresAtMs: now + 9 });
      expect(await credentials.setExpiry(added.id, undefined)).toBe(true);
      expect(await credentials.find(added.id)).not.toHaveProperty('expiresAtMs');
      await credentials.revoke(added.id);
      expect(await credentials.setExpiry(added.id, now)).toBe(false);
      expect(await credentials.setExpiry('no uuid', now)).toBe(false);
    });

    test('lets a credential reach one collection more, once', async () => {
      const { credentials } = opened;
      const added = await addOne(credentials, 'one');
      const [first] = added.reach;
      expect(await credentials.extendReach(added.id, 'c1')).toBe(true);
      expect(await credentials.extendReach(added.id, 'c1')).toBe(true);
      expect(await credentials.find(added.id)).toEqual({ ...added, reach: [first, 'c1'] });
      const everywhere = await addOne(credentials, 'two', { ...recognitionKey, reach: 'all' });
      expect(await credentials.extendReach(everywhere.id, 'c1')).toBe(true);
      expect(await credentials.find(everywhere.id)).toEqual(everywhere);
      await credentials.revoke(added.id);
      expect(await credentials.extendReach(added.id, 'c2')).toBe(false);
      expect(await credentials.extendReach('no uuid', 'c2')).toBe(false);
    });

    test('extends a reach to a bound only', async () => {
      const { credentials } = opened;
      const reach = Array.from({ length: maxReach }, (_, at) => `c${at}`);
      const { id } = await addOne(credentials, 'one', { ...recognitionKey, reach });
      await expect(credentials.extendReach(id, 'another')).rejects.toMatchObject({ code: 'bad-input' });
      expect(await credentials.extendReach(id, 'c0')).toBe(true);
      expect((await credentials.find(id))?.reach).toEqual(reach);
    });

    test('loses no collection when a reach is extended twice at once', async () => {
      const { credentials } = opened;
      const { id, reach } = await addOne(credentials, 'one');
      await Promise.all(['c1', 'c2', 'c3'].map((collection) => credentials.extendReach(id, collection)));
      expect(new Set((await credentials.find(id))?.reach)).toEqual(new Set([...reach, 'c1', 'c2', 'c3']));
    });

    const ann: NewUser = { ...recognitionKey, dialect: 'enface', login: 'ann@example.com' };

    test('keeps a user by her login, her password’s hash apart from all that is listed', async () => {
      const { credentials } = opened;
      const user = await credentials.addUser(ann, 'a hash');
      expect(user).toEqual({ ...ann, id: user.id, kind: 'user', createdAtMs: now, passwordSetAtMs: now });
      expect(await credentials.findUser('enface', ann.login)).toEqual({ user, passwordHash: 'a hash' });
      expect(await credentials.findUser('enface', 'bea@example.com')).toBeUndefined();
      expect(await credentials.findUser('ostiary', ann.login)).toBeUndefined();
      expect(await credentials.list()).toEqual([user]);
      expect(JSON.stringify([user, await credentials.list()])).not.toContain('a hash');
    });

    test('gives a login to one user of a dialect, until she is revoked', async () => {
      const { credentials } = opened;
      const first = await credentials.addUser(ann, 'a hash');
      await expect(credentials.addUser(ann, 'another')).rejects.toMatchObject({ code: 'login-taken' });
      expect(await credentials.list()).toEqual([first]);
      await credentials.addUser({ ...ann, dialect: 'ostiary' }, 'a hash');
      expect(await credentials.revoke(first.id)).toBe(true);
      expect(await credentials.findUser('enface', ann.login)).toBeUndefined();
      const second = await credentials.addUser(ann, 'another');
      expect(await credentials.findUser('enface', ann.login)).toEqual({
        ...{ user: second, passwordHash: 'another' },
      });
      expect(await credentials.find(first.id)).toMatchObject({ revokedAtMs: now });
    });

    test('gives a user another password, and nobody else one', async () => {
      const { credentials } = opened;
      const { id } = await credentials.addUser(ann, 'a hash');
      const key = await addOne(credentials, 'one');
      now += 3;
      expect(await credentials.setPassword(id, 'another')).toBe(true);
      expect(await credentials.findUser('enface', ann.login)).toMatchObject({
        ...{ user: { id, passwordSetAtMs: now }, passwordHash: 'another' },
      });
      expect(await credentials.setPassword(key.id, 'another')).toBe(false);
      await credentials.revoke(id);
      expect(await credentials.setPassword(id, 'a third')).toBe(false);
      expect(await credentials.setPassword('no uuid', 'a third')).toBe(false);
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
