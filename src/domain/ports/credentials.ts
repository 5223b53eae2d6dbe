import type { Uuid } from '../gallery.ts';

export const dialectNames = [
  'compreface',
  'face-match-expert',
  'face-search',
  'enface',
  'findface',
  'ostiary',
] as const;
export type DialectName = (typeof dialectNames)[number];

export const services = ['recognition', 'detection', 'verification', 'admin'] as const;
export type ServiceName = (typeof services)[number];

/** Who may ask what. The secret itself is never kept: it is found by its SHA-256. */
export type Credential = {
  readonly id: Uuid;
  readonly dialect: DialectName;
  readonly service: ServiceName;
  readonly name: string;
  /** The collections that it reaches; empty for services without a gallery. */
  readonly collectionIds: readonly Uuid[];
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  readonly lastUsedAtMs?: number;
};

export type NewCredential = Pick<Credential, 'dialect' | 'service' | 'name' | 'collectionIds'> & {
  readonly expiresAtMs?: number;
};

/** A credential to be kept under the SHA-256 of its secret, in lower-case hex. */
export type HashedCredential = { readonly secretSha256: string; readonly credential: NewCredential };

/** Keeps credentials. A resolved write is durable. */
export interface Credentials {
  /**
   * Adds all of them in one write and answers them in their order, or adds none. `bad-input` when a hash is of another
   * form, is there already, or comes twice.
   */
  add(wishes: readonly HashedCredential[]): Promise<Credential[]>;
  /** Also revoked and expired ones: judging is the caller's part. */
  findBySecret(secretSha256: string): Promise<Credential | undefined>;
  list(): Promise<Credential[]>;
  /** False when there is none of that id, or it was revoked before. */
  revoke(id: Uuid): Promise<boolean>;
  /** Notes a use; may be held back and written later, for it is no more than a hint. */
  noteUse(id: Uuid, atMs: number): void;
}
