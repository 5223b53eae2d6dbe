import { randomBytes } from 'node:crypto';
import {
  allows,
  type Credential,
  type DialectName,
  isGood,
  type Right,
  type ServiceName,
} from '../domain/credential.ts';
import { AppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Credentials, NewCredential, NewUser } from '../domain/ports/credentials.ts';
import { type AttemptPolicy, createAttemptLimit, defaultAttemptPolicy } from './attempt-limit.ts';
import { newSecret, sha256 } from './secrets.ts';
import { createSigning, type Signing } from './signing.ts';

/** A credential with its secret, which is told this once and kept nowhere. */
export type IssuedCredential = { readonly credential: Credential; readonly secret: string };

export type Shown = {
  /** What the caller showed, whole; absent when it must not be kept in mind, as a password. */
  readonly secret?: string;
  readonly dialect: DialectName;
  /** What must be the credential's; any when absent. */
  readonly service?: ServiceName;
  /** The address that the request came from; wrong attempts are counted by it. */
  readonly client: string;
};

/** What came of who may do what, for the audit. Names nobody's secret. */
export type AccessEvent = {
  readonly kind: 'created' | 'changed' | 'revoked' | 'refused';
  readonly dialect?: DialectName;
  readonly credentialId?: Uuid;
  readonly client?: string;
  /** Why it was refused: a code of the closed list. */
  readonly reason?: string;
};

/** Who may ask what. */
export interface Access {
  /** Makes a credential with a secret of its dialect's form. */
  create(credential: NewCredential): Promise<IssuedCredential>;
  /** As `create`, for several: all of them are made, or none. */
  createAll(credentials: readonly NewCredential[]): Promise<IssuedCredential[]>;
  /**
   * The credential behind a secret, with the right and reach that it has now. `credential-unknown` when it is wrong,
   * expired, revoked, or another dialect's or service's, without telling which; `too-many-attempts` when the client
   * sent too many such ones, unless it shows one that was right before.
   */
  admit(shown: Shown & { readonly secret: string }): Promise<Credential>;
  /** As `admit`, for what is not found by its hash: a login, or what was signed. `undefined` is a wrong one. */
  admitFound(shown: Shown, find: () => Promise<Credential | undefined>): Promise<Credential>;
  /** `forbidden` when the credential has not this right. */
  requireRight(credential: Credential, needed: Right): void;
  list(): Promise<Credential[]>;
  /** `login-taken`. */
  addUser(user: NewUser, passwordHash: string): Promise<Credential>;
  /** False when there is no such user. */
  setPassword(id: Uuid, passwordHash: string): Promise<boolean>;
  /** `undefined` is never. False when there is none of that id, or it was revoked. */
  setExpiry(id: Uuid, expiresAtMs: number | undefined): Promise<boolean>;
  /** False when there is none of that id, or it was revoked before. */
  revoke(id: Uuid): Promise<boolean>;
}

export type AccessParts = {
  readonly credentials: Credentials;
  /** Of this process only when absent: then no other makes the secrets again that can be made from their seeds. */
  readonly signing?: Signing;
  readonly attempts?: AttemptPolicy;
  readonly now?: () => number;
  /** Never goes back: ends are judged by it. `now` when absent. */
  readonly latestMs?: () => number;
  readonly note?: (event: AccessEvent) => void;
};

/** So many right secrets are kept in mind as hashes, so that a neighbour's wrong ones lock nobody out. */
const maxKnown = 1_000;

export function createAccess(parts: AccessParts): Access {
  const { credentials, now = Date.now, note = () => undefined } = parts;
  const signing = parts.signing ?? createSigning(randomBytes(32));
  const create = async (wanted: readonly NewCredential[]): Promise<IssuedCredential[]> => {
    const made = wanted.map((credential) => ({ credential, ...newSecret(credential, signing) }));
    const hashed = made.map(({ credential, secret, seed }) => ({
      credential: { ...credential, ...(seed !== undefined && { seed }) },
      secretSha256: sha256(secret),
    }));
    const added = await credentials.add(hashed);
    for (const { id, dialect } of added) note({ kind: 'created', dialect, credentialId: id });
    return added.map((credential, at) => ({ secret: made[at]!.secret, credential }));
  };
  const noted = async (kind: 'changed' | 'revoked', id: Uuid, work: Promise<boolean>): Promise<boolean> => {
    const done = await work;
    if (done) note({ kind, credentialId: id });
    return done;
  };
  return {
    create: async (credential) => (await create([credential]))[0]!,
    createAll: create,
    ...admissions({ ...parts, now, latestMs: parts.latestMs ?? now, note }),
    requireRight({ id, dialect, right }, needed) {
      if (allows(right, needed)) return;
      note({ kind: 'refused', dialect, credentialId: id, reason: 'forbidden' });
      throw new AppError('forbidden', `This needs the right to ${needed}; the credential may ${right}`);
    },
    list: () => credentials.list(),
    async addUser(user, passwordHash) {
      const added = await credentials.addUser(user, passwordHash);
      note({ kind: 'created', dialect: added.dialect, credentialId: added.id });
      return added;
    },
    setPassword: (id, hash) => noted('changed', id, credentials.setPassword(id, hash)),
    setExpiry: (id, expiresAtMs) => noted('changed', id, credentials.setExpiry(id, expiresAtMs)),
    revoke: (id) => noted('revoked', id, credentials.revoke(id)),
  };
}

type AdmissionParts = AccessParts & Required<Pick<AccessParts, 'now' | 'latestMs' | 'note'>>;

function admissions(parts: AdmissionParts): Pick<Access, 'admit' | 'admitFound'> {
  const { credentials, attempts = defaultAttemptPolicy, now, latestMs, note } = parts;
  const limit = createAttemptLimit(attempts, now);
  const known = createKnown();

  /** With its owner's right and reach; `undefined` when it or its owner ended. */
  const current = async (credential: Credential): Promise<Credential | undefined> => {
    if (!isGood(credential, latestMs())) return undefined;
    if (credential.ownerId === undefined) return credential;
    const owner = await credentials.find(credential.ownerId);
    if (!owner || owner.dialect !== credential.dialect || !isGood(owner, latestMs())) return undefined;
    return { ...credential, right: owner.right, reach: owner.reach };
  };

  const admitHashed = async (
    { dialect, service, client }: Shown,
    hash: string | undefined,
    find: () => Promise<Credential | undefined>,
  ): Promise<Credential> => {
    const refuse = (reason: 'too-many-attempts' | 'credential-unknown') =>
      note({ kind: 'refused', dialect, client, reason });
    if (limit.exhausted(client) && !known.has(hash)) {
      refuse('too-many-attempts');
      const details = { retryAfterSeconds: limit.retryAfterSeconds };
      throw new AppError('too-many-attempts', 'Too many wrong credentials came from this address', {
        details,
      });
    }
    const found = await find();
    const fits = found?.dialect === dialect && (service === undefined || found.services.includes(service));
    const credential = fits ? await current(found) : undefined;
    if (!credential) {
      known.forget(hash);
      limit.countWrong(client);
      refuse('credential-unknown');
      throw new AppError('credential-unknown', 'The credential does not open this');
    }
    known.keep(hash);
    credentials.noteUse(credential.id, now());
    return credential;
  };
  return {
    admitFound: (shown, find) =>
      admitHashed(shown, shown.secret === undefined ? undefined : sha256(shown.secret), find),
    admit(shown) {
      const hash = sha256(shown.secret);
      return admitHashed(shown, hash, () => credentials.findBySecret(hash));
    },
  };
}

/** The hashes of right secrets; the one that was shown longest ago is forgotten first. */
function createKnown() {
  const known = new Set<string>();
  return {
    has: (hash: string | undefined) => hash !== undefined && known.has(hash),
    keep(hash: string | undefined): void {
      if (hash === undefined) return;
      known.delete(hash);
      known.add(hash);
      const [oldest] = known;
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
    },
    forget: (hash: string | undefined) => hash !== undefined && known.delete(hash),
  };
}
