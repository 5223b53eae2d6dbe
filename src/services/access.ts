import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { AppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type {
  Credential,
  Credentials,
  DialectName,
  NewCredential,
  ServiceName,
} from '../domain/ports/credentials.ts';
import { type AttemptPolicy, createAttemptLimit, defaultAttemptPolicy } from './attempt-limit.ts';

/** A credential with its secret, which is told this once and kept nowhere. */
export type IssuedCredential = { readonly credential: Credential; readonly secret: string };

export type AccessAsk = {
  readonly secret: string;
  readonly dialect: DialectName;
  /** The services of which one must be the credential's. */
  readonly services: readonly ServiceName[];
  /** The address that the request came from; wrong attempts are counted by it. */
  readonly client: string;
};

/** Who may ask what. */
export interface Access {
  /** Makes a credential; the secret is a UUID where the dialect wants one, else 256 random bits. */
  create(credential: NewCredential): Promise<IssuedCredential>;
  /** As `create`, for several: all of them are made, or none. */
  createAll(credentials: readonly NewCredential[]): Promise<IssuedCredential[]>;
  /**
   * The credential behind a secret. `credential-unknown` when it is wrong, expired, revoked, or another dialect's or
   * service's; `too-many-attempts` when the client sent too many such ones, unless it shows one that was right before.
   */
  admit(ask: AccessAsk): Promise<Credential>;
  list(): Promise<Credential[]>;
  /** False when there is none of that id, or it was revoked before. */
  revoke(id: Uuid): Promise<boolean>;
}

export type AccessParts = {
  readonly credentials: Credentials;
  readonly attempts?: AttemptPolicy;
  readonly now?: () => number;
};

/** So many right secrets are kept in mind as hashes, so that a neighbour's wrong ones lock nobody out. */
const maxKnown = 1_000;

export function createAccess(parts: AccessParts): Access {
  const { credentials, attempts = defaultAttemptPolicy, now = Date.now } = parts;
  const limit = createAttemptLimit(attempts, now);
  const known = new Set<string>();

  const createAll = async (wanted: readonly NewCredential[]): Promise<IssuedCredential[]> => {
    const secrets = wanted.map(newSecret);
    const hashed = wanted.map((credential, at) => ({ credential, secretSha256: sha256(secrets[at]!) }));
    const added = await credentials.add(hashed);
    return added.map((credential, at) => ({ secret: secrets[at]!, credential }));
  };

  return {
    create: async (credential) => (await createAll([credential]))[0]!,
    createAll,
    async admit(ask) {
      const hash = sha256(ask.secret);
      if (limit.exhausted(ask.client) && !known.has(hash)) {
        const details = { retryAfterSeconds: limit.retryAfterSeconds };
        throw new AppError('too-many-attempts', 'Too many wrong credentials came from this address', {
          details,
        });
      }
      const credential = await credentials.findBySecret(hash);
      if (!credential || !isGood(credential, ask, now())) {
        known.delete(hash);
        limit.countWrong(ask.client);
        throw new AppError('credential-unknown', 'The credential does not open this');
      }
      if (known.size < maxKnown) known.add(hash);
      credentials.noteUse(credential.id, now());
      return credential;
    },
    list: () => credentials.list(),
    revoke: (id) => credentials.revoke(id),
  };
}

function isGood(credential: Credential, { dialect, services }: AccessAsk, nowMs: number): boolean {
  if (credential.dialect !== dialect || !services.includes(credential.service)) return false;
  return credential.revokedAtMs === undefined && (credential.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs;
}

function newSecret({ dialect }: NewCredential): string {
  return dialect === 'compreface' ? randomUUID() : randomBytes(32).toString('base64url');
}

function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
