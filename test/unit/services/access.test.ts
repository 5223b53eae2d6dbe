import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { rights } from '../../../src/domain/credential.ts';
import { type AccessEvent, createAccess, type Shown } from '../../../src/services/access.ts';

const collectionId = '5b0cbe2c-c675-11f0-8de9-0242ac120002';
const attempts = { burst: 3, perMinute: 60, maxClients: 2 };

function open() {
  const clock = { nowMs: 1_000_000, latestMs: 0 };
  const credentials = openMemoryCredentials();
  const events: AccessEvent[] = [];
  const note = (event: AccessEvent) => void events.push(event);
  const now = () => clock.nowMs;
  const latestMs = () => Math.max(clock.nowMs, clock.latestMs);
  const access = createAccess({ credentials, attempts, now, latestMs, note });
  return { clock, credentials, access, events };
}

function asking(secret: string, more: Partial<Shown> = {}): Shown & { secret: string } {
  return { dialect: 'compreface', service: 'recognition', client: 'a', ...more, secret };
}

const key = {
  dialect: 'compreface',
  services: ['recognition'],
  right: 'write',
  reach: [collectionId],
  name: 'front door',
} as const;

describe('a credential', () => {
  it('is let in by its secret, and its use is noted', async () => {
    const { access, credentials, clock } = open();
    const { secret, credential } = await access.create(key);
    expect(await access.admit(asking(secret))).toMatchObject({
      id: credential.id,
      reach: [collectionId],
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
    const ours = await access.create({ ...key, dialect: 'ostiary' });
    expect(Buffer.from(ours.secret, 'base64url')).toHaveLength(32);
  });

  it.each([
    ['another dialect', asking('', { dialect: 'ostiary' })],
    ['another service', asking('', { service: 'detection' })],
  ])('does not open %s', async (_what, ask) => {
    const { access } = open();
    const { secret } = await access.create(key);
    await expect(access.admit({ ...ask, secret })).rejects.toMatchObject({ code: 'credential-unknown' });
  });

  it('that has expired opens nothing when the clock is set back', async () => {
    const { access, clock } = open();
    const owner = await access.create({ ...key, expiresAtMs: clock.nowMs + 10 });
    const made = await access.create({ ...key, ownerId: owner.credential.id });
    clock.latestMs = clock.nowMs + 10;
    for (const { secret } of [owner, made])
      await expect(access.admit(asking(secret))).rejects.toMatchObject({ code: 'credential-unknown' });
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

describe('a credential that was made with another one', () => {
  const makeBoth = async ({ access, clock }: ReturnType<typeof open>) => {
    const owner = await access.create({ ...key, expiresAtMs: clock.nowMs + 10 });
    const child = await access.create({ ...key, right: 'read', reach: [], ownerId: owner.credential.id });
    return { owner, child };
  };

  it('has the right and the reach that its owner has now', async () => {
    const opened = open();
    const { owner, child } = await makeBoth(opened);
    await opened.credentials.extendReach(owner.credential.id, 'c1');
    expect(await opened.access.admit(asking(child.secret))).toMatchObject({
      ...{ id: child.credential.id, right: 'write', reach: [collectionId, 'c1'] },
    });
  });

  it.each<[how: string, (opened: ReturnType<typeof open>, ownerId: string) => unknown]>([
    ['expires', ({ clock }) => (clock.nowMs += 10)],
    ['is revoked', ({ access }, ownerId) => access.revoke(ownerId)],
  ])('opens nothing when its owner %s', async (_how, end) => {
    const opened = open();
    const { owner, child } = await makeBoth(opened);
    await opened.access.admit(asking(child.secret));
    await end(opened, owner.credential.id);
    await expect(opened.access.admit(asking(child.secret))).rejects.toMatchObject({
      code: 'credential-unknown',
    });
  });
});

describe('a right', () => {
  it.each([
    ['read', ['read']],
    ['write', ['read', 'write']],
    ['admin', ['read', 'write', 'admin']],
  ] as const)('to %s includes those before it and no other', async (right, included) => {
    const { access, events } = open();
    const { credential } = await access.create({ ...key, right });
    for (const needed of rights) {
      const ask = () => access.requireRight(credential, needed);
      if ((included as readonly string[]).includes(needed)) expect(ask).not.toThrow();
      else expect(ask).toThrow(expect.objectContaining({ code: 'forbidden' }));
    }
    const refused = events.filter(({ kind }) => kind === 'refused');
    expect(refused).toHaveLength(rights.length - included.length);
  });
});

describe('what is told for the audit', () => {
  it('names makings, refusals and endings, and no secret', async () => {
    const { access, events } = open();
    const { secret, credential } = await access.create(key);
    await access.admit(asking('wrong')).catch(() => undefined);
    await access.revoke(credential.id);
    expect(events).toEqual([
      { kind: 'created', dialect: 'compreface', credentialId: credential.id },
      { kind: 'refused', dialect: 'compreface', client: 'a', reason: 'credential-unknown' },
      { kind: 'revoked', credentialId: credential.id },
    ]);
    expect(JSON.stringify(events)).not.toContain(secret);
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
