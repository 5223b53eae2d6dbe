import type { Credential } from '../credential.ts';
import type { Uuid } from '../gallery.ts';

export type NewCredential = Omit<
  Credential,
  'id' | 'kind' | 'createdAtMs' | 'revokedAtMs' | 'lastUsedAtMs' | 'passwordSetAtMs'
>;

/** A credential to be kept under the SHA-256 of its secret, in lower-case hex. */
export type HashedCredential = { readonly secretSha256: string; readonly credential: NewCredential };

/** The hash is opaque here; the login is in lower case, and is taken by one user of a dialect. */
export type NewUser = NewCredential & { readonly login: string };
export type UserWithPassword = { readonly user: Credential; readonly passwordHash: string };

/** Keeps credentials. A resolved write is durable. */
export interface Credentials {
  /**
   * Adds all of them in one write and answers them in their order, or adds none. `bad-input` when a hash is of another
   * form, is there already, or comes twice.
   */
  add(wishes: readonly HashedCredential[]): Promise<Credential[]>;
  /** Also revoked and expired ones: judging is the caller's part. Never a user. */
  findBySecret(secretSha256: string): Promise<Credential | undefined>;
  /** Also revoked and expired ones, and users. */
  find(id: Uuid): Promise<Credential | undefined>;
  list(): Promise<Credential[]>;
  /** False when there is none of that id, or it was revoked before. A user's login is free again. */
  revoke(id: Uuid): Promise<boolean>;
  /** Notes a use; may be held back and written later, for it is no more than a hint. */
  noteUse(id: Uuid, atMs: number): void;

  /** `login-taken` when the dialect has a user of that login. */
  addUser(user: NewUser, passwordHash: string): Promise<Credential>;
  /** The user of that login who was not revoked. */
  findUser(dialect: Credential['dialect'], login: string): Promise<UserWithPassword | undefined>;
  /** False when there is no user of that id, or she was revoked. */
  setPassword(id: Uuid, passwordHash: string): Promise<boolean>;
  /** `undefined` is never. False when there is none of that id, or it was revoked. */
  setExpiry(id: Uuid, expiresAtMs: number | undefined): Promise<boolean>;
  /**
   * Lets a credential reach one collection more; one that reaches all, or this one, stays as it is. False when there is
   * none of that id, or it was revoked; `bad-input` when it reaches `maxReach` collections.
   */
  extendReach(id: Uuid, collectionId: Uuid): Promise<boolean>;
}
