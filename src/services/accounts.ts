import {
  accountOf,
  type Credential,
  type DialectName,
  isGood,
  type Reach,
  type Right,
  services,
} from '../domain/credential.ts';
import { AppError } from '../domain/errors.ts';
import type { Credentials } from '../domain/ports/credentials.ts';
import { readJwt, signJwt } from '../primitives/jwt.ts';
import { hashPassword, type PasswordCost, passwordFits } from '../primitives/password.ts';
import { Turns } from '../primitives/turns.ts';
import type { Access } from './access.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { secretOfSeed, sha256 } from './secrets.ts';
import type { Signing } from './signing.ts';

export type NewAccount = {
  readonly login: string;
  readonly password: string;
  readonly right: Right;
  readonly reach: Reach;
  readonly name: string;
};

export type LoginAsk = {
  readonly login: string;
  readonly password: string;
  /** The address that the request came from. */
  readonly client: string;
  /** When the session ends. */
  readonly expiresAtMs: number;
};

/** A secret of an account's own, which the account may read again. */
export type AccountToken = { readonly secret: string; readonly expiresAtMs?: number };

/**
 * People with passwords, and the tokens that stand for them. A session (a JWT) ends with the password that it came
 * from; a token lasts until it expires or is deleted; both end with the account, whose right and reach they have. A
 * secret that was made without a user is the account of the tokens that are made with it.
 */
export interface Accounts {
  /** From when on the lives of sessions and tokens count, in milliseconds since 1970; it never goes back. */
  readonly latestMs: () => number;
  /** `login-taken`; `bad-input` when login or password is not of the form. Logins differ in more than case. */
  create(account: NewAccount): Promise<Credential>;
  list(): Promise<Credential[]>;
  /** False when there is no such user. */
  setPassword(login: string, password: string): Promise<boolean>;
  /** False when there is no such user. */
  remove(login: string): Promise<boolean>;
  /** The session as a JWT. `credential-unknown`, without telling what was wrong; `too-many-attempts`, `overloaded`. */
  login(ask: LoginAsk): Promise<string>;
  /** By a session or by a token; rejects as `Access.admit` does. */
  admit(secret: string, client: string): Promise<Credential>;

  /**
   * The tokens of the caller's account that were neither deleted nor have expired long since, the caller's own one among
   * them.
   */
  listTokens(caller: Credential): Promise<AccountToken[]>;
  /** `undefined` is never. `bad-input` when the account has too many. */
  createToken(caller: Credential, expiresAtMs: number | undefined): Promise<AccountToken>;
  /** False when the account has made no such token. */
  setTokenExpiry(caller: Credential, secret: string, expiresAtMs: number | undefined): Promise<boolean>;
  /** False when the account has no such token. */
  deleteToken(caller: Credential, secret: string): Promise<boolean>;
}

export type AccountsParts = {
  readonly dialect: DialectName;
  readonly credentials: Credentials;
  readonly access: Access;
  readonly signing: Signing;
  /** What a password costs to check; `usualCost` when absent. */
  readonly passwordCost?: PasswordCost;
  /** Never goes back: what has ended stays so. The system's clock when absent. */
  readonly latestMs?: () => number;
};

const loginForm = /^[^\s:\p{Cc}]{1,254}$/u;
const passwordLength = { min: 6, max: 1_024 } as const;

export function createAccounts(parts: AccountsParts): Accounts {
  const { latestMs = Date.now } = parts;
  return { latestMs, ...userCalls(parts), ...sessionCalls(parts), ...tokenCalls(parts) };
}

function userCalls({
  credentials,
  dialect,
  access,
  passwordCost,
}: AccountsParts): Pick<Accounts, 'create' | 'list' | 'setPassword' | 'remove'> {
  const idOf = async (login: string) => (await credentials.findUser(dialect, login.toLowerCase()))?.user.id;
  return {
    async create({ login, password, right, reach, name }) {
      if (!loginForm.test(login))
        throw new AppError('bad-input', 'A login has 1 to 254 letters, no space and no colon');
      if (right === 'admin') throw new AppError('bad-input', 'A user may read or write');
      checkPassword(password);
      const user = { dialect, services, right, reach, name, login: login.toLowerCase() };
      return access.addUser(user, await hashPassword(password, passwordCost));
    },
    list: async () =>
      (await credentials.list()).filter((one) => one.kind === 'user' && one.dialect === dialect),
    async setPassword(login, password) {
      checkPassword(password);
      const id = await idOf(login);
      return id !== undefined && access.setPassword(id, await hashPassword(password, passwordCost));
    },
    async remove(login) {
      const id = await idOf(login);
      return id !== undefined && access.revoke(id);
    },
  };
}

function checkPassword(password: string): void {
  const { min, max } = passwordLength;
  if (password.length >= min && password.length <= max) return;
  throw new AppError('bad-input', `A password has ${min} to ${max} characters`);
}

/** Guessing a password costs more than guessing a secret of ours, and is worth more: fewer tries. */
const loginAttempts = { burst: 10, perMinute: 6, maxClients: 10_000 } as const;
/** Each takes a core for some tenths of a second, and 32 MiB. */
const maxWaitingLogins = 16;

function sessionCalls({
  credentials,
  dialect,
  access,
  signing,
  passwordCost,
  latestMs = Date.now,
}: AccountsParts): Pick<Accounts, 'login' | 'admit'> {
  const limit = createAttemptLimit(loginAttempts, latestMs);
  const turns = new Turns();
  let waiting = 0;
  /** One after the other, so that logins never take more than one core. */
  const checkPasswordOf = async (password: string, hash: string | undefined) => {
    if (waiting >= maxWaitingLogins) throw new AppError('overloaded', 'Too many people log in at once');
    waiting++;
    try {
      return await turns.take('login', () => passwordFits(password, hash, passwordCost));
    } finally {
      waiting--;
    }
  };

  const userOfSession = async (jwt: string): Promise<Credential | undefined> => {
    const { sub, exp, set } = readJwt(jwt, signing.keyFor('session')) ?? {};
    if (typeof sub !== 'string' || typeof exp !== 'number' || exp * 1_000 <= latestMs()) return undefined;
    const user = await credentials.find(sub);
    return user?.kind === 'user' && user.passwordSetAtMs === set ? user : undefined;
  };

  return {
    async login({ login, password, client, expiresAtMs }) {
      if (limit.exhausted(client)) {
        const details = { retryAfterSeconds: limit.retryAfterSeconds };
        throw new AppError('too-many-attempts', 'Too many wrong passwords came from this address', {
          details,
        });
      }
      const found = await credentials.findUser(dialect, login.toLowerCase());
      const fits = await checkPasswordOf(password, found?.passwordHash);
      if (!fits) limit.countWrong(client);
      const user = await access.admitFound({ dialect, client }, async () => (fits ? found?.user : undefined));
      const claims = { sub: user.id, exp: Math.floor(expiresAtMs / 1_000), set: user.passwordSetAtMs };
      return signJwt(claims, signing.keyFor('session'));
    },
    async admit(secret, client) {
      const shown = { secret, dialect, client };
      return secret.includes('.')
        ? access.admitFound(shown, () => userOfSession(secret))
        : access.admit(shown);
    },
  };
}

const maxTokens = 100;
const toldAfterExpiryMs = 30 * 86_400_000;

type TokenCalls = Pick<Accounts, 'listTokens' | 'createToken' | 'setTokenExpiry' | 'deleteToken'>;

function tokenCalls({
  credentials,
  dialect,
  access,
  signing,
  latestMs = Date.now,
}: AccountsParts): TokenCalls {
  /** `undefined` when it is none of the caller's account. */
  const ownToken = async (caller: Credential, secret: string): Promise<Credential | undefined> => {
    const token = await credentials.findBySecret(sha256(secret));
    const account = accountOf(caller);
    const isOwn = token?.dialect === dialect && (token.id === account || token.ownerId === account);
    return isOwn && token.revokedAtMs === undefined ? token : undefined;
  };
  const ofAccount = async (caller: Credential): Promise<Credential[]> => {
    const account = accountOf(caller);
    return (await credentials.list()).filter(
      ({ id, ownerId, kind, revokedAtMs, expiresAtMs = Number.POSITIVE_INFINITY }) =>
        (ownerId === account || id === account) &&
        kind === 'secret' &&
        revokedAtMs === undefined &&
        expiresAtMs > latestMs() - toldAfterExpiryMs,
    );
  };
  return {
    async listTokens(caller) {
      const told: AccountToken[] = [];
      for (const { id, seed = '', expiresAtMs } of await ofAccount(caller)) {
        const secret = secretOfSeed(seed, signing);
        // With another signing secret than it was made with it comes out as another one.
        const isIt = (await credentials.findBySecret(sha256(secret)))?.id === id;
        if (isIt) told.push({ secret, ...(expiresAtMs !== undefined && { expiresAtMs }) });
      }
      return told;
    },
    async createToken(caller, expiresAtMs) {
      const good = (await ofAccount(caller)).filter((token) => isGood(token, latestMs()));
      if (good.length >= maxTokens) {
        throw new AppError('bad-input', `An account has ${maxTokens} tokens at most that have not expired`);
      }
      const { right, reach, name } = caller;
      const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
      const wish = { dialect, services, right, reach, name, ownerId: accountOf(caller), ...expiry };
      const { secret } = await access.create(wish);
      return { secret, ...expiry };
    },
    async setTokenExpiry(caller, secret, expiresAtMs) {
      const token = await ownToken(caller, secret);
      // What an operator has made ends when the operator has said.
      return token?.ownerId !== undefined && access.setExpiry(token.id, expiresAtMs);
    },
    async deleteToken(caller, secret) {
      const token = await ownToken(caller, secret);
      return token !== undefined && access.revoke(token.id);
    },
  };
}
