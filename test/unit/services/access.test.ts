import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { type AccessAsk, createAccess } from '../../../src/services/access.ts';

const collectionId = '5b0cbe2c-c675-11f0-8de9-0242ac120002';
const attempts = { burst: 3, perMinute: 60, maxClients: 2 };

function open() {
  const clock = { nowMs: 1_000_000 };
  const credentials = openMemoryCredentials();
  const access = createAccess({ credentials, attempts, now: () => clock.nowMs });
  return { clock, credentials, access };
}

function asking(secret: string, more: Partial<AccessAsk> = {}): AccessAsk {
  return { secret, dialect: 'compreface', services: ['recognition'], client: 'a', ...more };
}

const key = {
  dialect: 'compreface',
  service: 'recognition',
  name: 'front door',
  collectionIds: [collectionId],
} as const;

describe('a credential', () => {
  it('is let in by its secret, and its use is noted', async () => {
    const { access, credentials, clock } = open();
    const { secret, credential } = await access.create(key);
    expect(await access.admit(asking(secret))).toMatchObject({
      id: credential.id,
      collectionIds: [collectionId],
    });
    expect((await credentials.list())[0]?.lastUsedAtMs).toBe(clock.nowMs);
  });

  it('is kept as the hash of its secret alone', async () => {
    const { access, credentials } = open();
    const { secret } = await access.create(key);
    expect(JSON.stringify(await credentials.list())).not.toContain(secret);
    const hash = createHash('sha256').update(secret).digest('hex');
    expect(await credentials.findBySecret(hash)).toBeDefined();
  });

  it('has a UUID for a secret where CompreFace wants one, and 256 random bits elsewhere', async () => {
    const { access } = open();
    expect((await access.create(key)).secret).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const ours = await access.create({ ...key, dialect: 'ostiary', service: 'admin' });
    expect(Buffer.from(ours.secret, 'base64url')).toHaveLength(32);
  });

  it.each([
    ['another dialect', asking('', { dialect: 'ostiary' })],
    ['another service', asking('', { services: ['detection', 'verification'] })],
  ])('does not open %s', async (_what, ask) => {
    const { access } = open();
    const { secret } = await access.create(key);
    await expect(access.admit({ ...ask, secret })).rejects.toMatchObject({ code: 'credential-unknown' });
  });

  it('opens nothing from the moment it expires', async () => {
    const { access, clock } = open();
    const { secret } = await access.create({ ...key, expiresAtMs: clock.nowMs + 10 });
    await access.admit(asking(secret));
    clock.nowMs += 10;
    await expect(access.admit(asking(secret))).rejects.toMatchObject({ code: 'credential-unknown' });
  });

  it('opens nothing once it is revoked, and is revoked once', async () => {
    const { access } = open();
    const { secret, credential } = await access.create(key);
    expect(await access.revoke(credential.id)).toBe(true);
    expect(await access.revoke(credential.id)).toBe(false);
    await expect(access.admit(asking(secret))).rejects.toMatchObject({ code: 'credential-unknown' });
  });
});

describe('a client that guesses', () => {
  const guess = (access: ReturnType<typeof open>['access'], client = 'a') =>
    access.admit(asking('00000000-0000-4000-8000-000000000000', { client })).catch((error) => error);

  it('is told to wait after so many wrong ones, and may go on when time has passed', async () => {
    const { access, clock } = open();
    for (let at = 0; at < attempts.burst; at++) {
      expect(await guess(access)).toMatchObject({ code: 'credential-unknown' });
    }
    expect(await guess(access)).toMatchObject({
      code: 'too-many-attempts',
      details: { retryAfterSeconds: 1 },
    });
    clock.nowMs += 1_000;
    expect(await guess(access)).toMatchObject({ code: 'credential-unknown' });
    expect(await guess(access)).toMatchObject({ code: 'too-many-attempts' });
  });

  it('learns nothing then, not even by a right secret that was never shown before', async () => {
    const { access } = open();
    const { secret } = await access.create(key);
    for (let at = 0; at < attempts.burst; at++) await guess(access);
    await expect(access.admit(asking(secret))).rejects.toMatchObject({ code: 'too-many-attempts' });
  });

  it('locks out neither other clients nor a neighbour whose secret was right before', async () => {
    const { access } = open();
    const { secret } = await access.create(key);
    await access.admit(asking(secret));
    for (let at = 0; at < attempts.burst; at++) await guess(access);
    await expect(access.admit(asking(secret))).resolves.toBeDefined();
    expect(await guess(access, 'b')).toMatchObject({ code: 'credential-unknown' });
  });

  it('need not wait longer because the clock was set back', async () => {
    const { access, clock } = open();
    for (let at = 0; at < attempts.burst; at++) await guess(access);
    clock.nowMs -= 3_600_000;
    expect(await guess(access)).toMatchObject({ code: 'too-many-attempts' });
    clock.nowMs += 1_000;
    expect(await guess(access)).toMatchObject({ code: 'credential-unknown' });
  });

  it('is forgotten when more clients guess than are kept in mind', async () => {
    const { access } = open();
    for (let at = 0; at < attempts.burst; at++) await guess(access, 'a');
    await guess(access, 'b');
    await guess(access, 'c');
    expect(await guess(access, 'a')).toMatchObject({ code: 'credential-unknown' });
  });
});
