import { describe, expect, it } from 'vitest';
import { openMemoryCredentials } from '../../../src/adapters/credentials/memory/open-memory-credentials.ts';
import { createAccess } from '../../../src/services/access.ts';
import { createAccounts } from '../../../src/services/accounts.ts';
import { createKeys } from '../../../src/services/keys.ts';
import { createSigning } from '../../../src/services/signing.ts';

const ann = {
  login: 'Ann@Example.com',
  password: 'pa$$word',
  right: 'write',
  reach: ['c0'],
  name: 'Ann',
} as const;
const day = 86_400_000;

async function open() {
  const clock = { nowMs: 1_800_000_000_000 };
  const now = () => clock.nowMs;
  const credentials = openMemoryCredentials({ nowMs: now });
  const signing = createSigning(Buffer.alloc(32, 3));
  const access = createAccess({ credentials, signing, now });
  const accounts = createAccounts({
    ...{ dialect: 'enface', credentials, access, signing, latestMs: now },
    passwordCost: { N: 2 ** 8, r: 8, p: 1 },
  });
  const user = await accounts.create(ann);
  const login = (more: { login?: string; password?: string; client?: string } = {}) =>
    accounts.login({ ...ann, client: 'a', expiresAtMs: clock.nowMs + day, ...more });
  return { clock, credentials, access, accounts, user, login };
}

const wrong = { code: 'credential-unknown' };

describe('a user', () => {
  it('logs in with her password, in any case of her login, and the session opens what she reaches', async () => {
    const { accounts, login, user } = await open();
    const session = await login({ login: 'ANN@example.COM' });
    expect(session.split('.')).toHaveLength(3);
    expect(await accounts.admit(session, 'a')).toMatchObject({ id: user.id, right: 'write', reach: ['c0'] });
  });

  it.each([
    ['a wrong password', { password: 'pa$$wore' }],
    ['a login that nobody has', { login: 'bea@example.com' }],
    ['an empty login', { login: '' }],
  ])('is refused by %s without being told what was wrong', async (_what, more) => {
    const { login } = await open();
    const refused = await login(more).catch((error) => error);
    expect(refused).toMatchObject({ ...wrong, message: 'The credential does not open this' });
  });

  it('is asked to wait after ten wrong passwords from an address, though the next be right', async () => {
    const { login, clock } = await open();
    for (let turn = 0; turn < 10; turn++) await login({ password: 'guess it' }).catch(() => undefined);
    await expect(login()).rejects.toMatchObject({
      code: 'too-many-attempts',
      details: { retryAfterSeconds: 10 },
    });
    await expect(login({ client: 'b' })).resolves.toBeDefined();
    clock.nowMs += 10_000;
    await expect(login()).resolves.toBeDefined();
  });

  it.each([
    ['has too short a password', { password: '12345' }],
    ['has too long a password', { password: 'x'.repeat(1_025) }],
    ['has a space in her login', { login: 'ann example' }],
    ['has no login', { login: '' }],
    ['is an administrator', { right: 'admin' as const }],
  ])('is not made when she %s', async (_what, more) => {
    const { accounts } = await open();
    await expect(accounts.create({ ...ann, ...more })).rejects.toMatchObject({ code: 'bad-input' });
    expect(await accounts.list()).toHaveLength(1);
  });

  it('shares her login with nobody, until she is removed', async () => {
    const { accounts, user } = await open();
    const again = { ...ann, login: 'ann@EXAMPLE.com' };
    await expect(accounts.create(again)).rejects.toMatchObject({ code: 'login-taken' });
    expect(await accounts.remove(ann.login)).toBe(true);
    expect(await accounts.remove(ann.login)).toBe(false);
    const other = await accounts.create(again);
    expect(other.id).not.toBe(user.id);
  });

  it('is told nowhere with her password or its hash', async () => {
    const { accounts, credentials, user } = await open();
    const told = JSON.stringify([await accounts.list(), await credentials.list(), user]);
    expect(told).not.toContain('scrypt');
    expect(told).not.toContain(ann.password);
  });
});

describe('a session', () => {
  it('ends at its time', async () => {
    const { accounts, login, clock } = await open();
    const session = await login();
    clock.nowMs += day - 1_000;
    await accounts.admit(session, 'a');
    clock.nowMs += 1_000;
    await expect(accounts.admit(session, 'a')).rejects.toMatchObject(wrong);
  });

  it('ends with the password that it came from', async () => {
    const { accounts, login, clock } = await open();
    const session = await login();
    clock.nowMs += 1;
    expect(await accounts.setPassword('ANN@example.com', 'another one')).toBe(true);
    await expect(accounts.admit(session, 'a')).rejects.toMatchObject(wrong);
    await expect(login()).rejects.toMatchObject(wrong);
    await accounts.admit(await login({ password: 'another one' }), 'a');
    expect(await accounts.setPassword('nobody', 'another one')).toBe(false);
  });

  it('ends with its user', async () => {
    const { accounts, login } = await open();
    const session = await login();
    await accounts.remove(ann.login);
    await expect(accounts.admit(session, 'a')).rejects.toMatchObject(wrong);
  });
});

describe('a token', () => {
  const expiring = async () => {
    const opened = await open();
    const caller = await opened.accounts.admit(await opened.login(), 'a');
    const token = await opened.accounts.createToken(caller, opened.clock.nowMs + day);
    return { ...opened, caller, token };
  };

  it('is a UUID of version 1, opens what its user reaches, and can be read again by her', async () => {
    const { accounts, caller, token, clock, user } = await expiring();
    expect(token.secret).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await accounts.listTokens(caller)).toEqual([
      { secret: token.secret, expiresAtMs: clock.nowMs + day },
    ]);
    expect(await accounts.admit(token.secret, 'a')).toMatchObject({ ownerId: user.id, reach: ['c0'] });
  });

  it('ends at its time, which its user may move, also to never', async () => {
    const { accounts, caller, token, clock } = await expiring();
    clock.nowMs += day;
    await expect(accounts.admit(token.secret, 'a')).rejects.toMatchObject(wrong);
    expect(await accounts.setTokenExpiry(caller, token.secret, undefined)).toBe(true);
    await accounts.admit(token.secret, 'a');
    expect(await accounts.listTokens(caller)).toEqual([{ secret: token.secret }]);
  });

  it('ends when it is deleted, and is told no more', async () => {
    const { accounts, caller, token } = await expiring();
    expect(await accounts.deleteToken(caller, token.secret)).toBe(true);
    expect(await accounts.deleteToken(caller, token.secret)).toBe(false);
    await expect(accounts.admit(token.secret, 'a')).rejects.toMatchObject(wrong);
    expect(await accounts.listTokens(caller)).toEqual([]);
  });

  it('ends with its user', async () => {
    const { accounts, token } = await expiring();
    await accounts.remove(ann.login);
    await expect(accounts.admit(token.secret, 'a')).rejects.toMatchObject(wrong);
  });

  it('is neither seen nor changed by another user', async () => {
    const { accounts, token } = await expiring();
    await accounts.create({ ...ann, login: 'bea@example.com' });
    const session = await accounts.login({
      ...ann,
      login: 'bea@example.com',
      client: 'a',
      expiresAtMs: 9e15,
    });
    const bea = await accounts.admit(session, 'a');
    expect(await accounts.listTokens(bea)).toEqual([]);
    expect(await accounts.setTokenExpiry(bea, token.secret, 0)).toBe(false);
    expect(await accounts.deleteToken(bea, token.secret)).toBe(false);
    await accounts.admit(token.secret, 'a');
  });

  it('is told no more when it has expired long since', async () => {
    const { accounts, caller, token, clock } = await expiring();
    clock.nowMs += 31 * day;
    expect(await accounts.listTokens(caller)).toEqual([]);
    expect(await accounts.setTokenExpiry(caller, token.secret, undefined)).toBe(true);
    expect(await accounts.listTokens(caller)).toEqual([{ secret: token.secret }]);
  });

  it('is one of a hundred at most that have not expired', async () => {
    const { accounts, caller, clock } = await expiring();
    for (let made = 1; made < 100; made++) await accounts.createToken(caller, undefined);
    await expect(accounts.createToken(caller, undefined)).rejects.toMatchObject({ code: 'bad-input' });
    clock.nowMs += day;
    await accounts.createToken(caller, undefined);
  });

  it('opens also what another signing secret made, but is not told wrongly', async () => {
    const { accounts, caller, token, credentials, access } = await expiring();
    const signing = createSigning(Buffer.alloc(32, 4));
    const other = createAccounts({ dialect: 'enface', credentials, access, signing });
    expect(await other.listTokens(caller)).toEqual([]);
    expect(await other.admit(token.secret, 'a')).toBeDefined();
    expect(await accounts.listTokens(caller)).toHaveLength(1);
  });

  it('that was made without a user is an account of its own', async () => {
    const { accounts, access } = await open();
    const ask = { dialect: 'enface', right: 'write', reach: ['c7'], name: 'gate' } as const;
    const [first] = await createKeys(access, ask);
    const caller = await accounts.admit(first!.secret, 'a');
    const second = await accounts.createToken(caller, undefined);
    const child = await accounts.admit(second.secret, 'a');
    expect(child).toMatchObject({ reach: ['c7'] });
    expect((await accounts.listTokens(child)).map(({ secret }) => secret)).toEqual([
      first!.secret,
      second.secret,
    ]);
    expect(await accounts.setTokenExpiry(caller, first!.secret, undefined)).toBe(false);
    expect(await accounts.setTokenExpiry(caller, second.secret, 9e15)).toBe(true);
    await accounts.deleteToken(child, first!.secret);
    await expect(accounts.admit(second.secret, 'a')).rejects.toMatchObject(wrong);
  });
});
