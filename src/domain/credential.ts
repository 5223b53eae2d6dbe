import { AppError } from './errors.ts';
import type { Uuid } from './gallery.ts';

export const dialectNames = [
  'compreface',
  'face-match-expert',
  'face-search',
  'enface',
  'findface',
  'ostiary',
] as const;
export type DialectName = (typeof dialectNames)[number];

/** What can be asked of faces. One vendor gives a key for each; everywhere else a credential has them all. */
export const services = ['recognition', 'detection', 'verification'] as const;
export type ServiceName = (typeof services)[number];

/** What a credential may do, each with all before it: ask; change what is in its reach; administer the box. */
export const rights = ['read', 'write', 'admin'] as const;
export type Right = (typeof rights)[number];

/** The collections that a credential sees; `all` also those that are made later. */
export type Reach = 'all' | readonly Uuid[];

/** Who may ask what. */
export type Credential = {
  readonly id: Uuid;
  readonly dialect: DialectName;
  /** A secret that was generated, found by its SHA-256; or a user, who logs in with a password of her own. */
  readonly kind: 'secret' | 'user';
  readonly services: readonly ServiceName[];
  readonly right: Right;
  /** Empty for one who needs no gallery. */
  readonly reach: Reach;
  readonly name: string;
  /** A user's name, in lower case; or the part of a secret that is none, told in lists. */
  readonly login?: string;
  /** The user or secret that this one was made with: it ends with her, and has her right and reach in place of its own. */
  readonly ownerId?: Uuid;
  /** From which the secret can be made again, with a key that is not in the store; for what its owner may read again. */
  readonly seed?: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  readonly lastUsedAtMs?: number;
  /** Of a user. */
  readonly passwordSetAtMs?: number;
};

export function allows(given: Right, needed: Right): boolean {
  return rights.indexOf(given) >= rights.indexOf(needed);
}

export function reaches(reach: Reach, collectionId: Uuid): boolean {
  return reach === 'all' || reach.includes(collectionId);
}

/** Whose right and reach a credential has: its owner, or itself. */
export function accountOf({ id, ownerId }: Credential): Uuid {
  return ownerId ?? id;
}

/** Who administers over the Unix socket: the file's mode has let her in. */
export const localAdmin: Credential = {
  id: '00000000-0000-0000-0000-000000000000',
  dialect: 'ostiary',
  kind: 'secret',
  services,
  right: 'admin',
  reach: 'all',
  name: 'local',
  createdAtMs: 0,
};

/** Whether it is neither revoked nor expired. */
export function isGood({ revokedAtMs, expiresAtMs }: Credential, nowMs: number): boolean {
  return revokedAtMs === undefined && (expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs;
}

/** So many collections a credential may name; more are reached by `all` only. */
export const maxReach = 1_000;

/** The credential with one collection more in its reach. `bad-input` when it has `maxReach` of them. */
export function withReach(credential: Credential, collectionId: Uuid): Credential {
  const { reach } = credential;
  if (reach === 'all' || reach.includes(collectionId)) return credential;
  if (reach.length >= maxReach) {
    throw new AppError('bad-input', `A credential reaches ${maxReach} collections at most, or all`);
  }
  return { ...credential, reach: [...reach, collectionId] };
}
