import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Credential, type DialectName, withReach } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type {
  Credentials,
  HashedCredential,
  NewUser,
  UserWithPassword,
} from '../../../domain/ports/credentials.ts';
import type { Environment } from './disk/environment.ts';
import { ownUuidBytes, uuidBytes } from './disk/keys.ts';
import { readable } from './disk/table.ts';
import type { Tables } from './disk/tables.ts';
import type { LedgerParts } from './writing/ledger.ts';

const secretForm = /^[0-9a-f]{64}$/;
const useWrittenEveryMs = 60_000;
const listedATurn = 256;

/** Credentials in the gallery's environment. Uses are written at most once a minute, and at the end. */
export class LmdbCredentials implements Credentials {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #nowMs: () => number;
  readonly #nextId: () => Uuid;
  readonly #uses = new Map<Uuid, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(environment: Environment, { tables, nowMs, nextId }: LedgerParts) {
    this.#environment = environment;
    this.#tables = tables;
    this.#nowMs = nowMs;
    this.#nextId = nextId;
  }

  async add(wishes: readonly HashedCredential[]): Promise<Credential[]> {
    if (!wishes.every(({ secretSha256 }) => secretForm.test(secretSha256)))
      throw new AppError('bad-input', 'Expected a SHA-256 in lower-case hex');
    return this.#environment.write(() => wishes.map((wish) => this.#put(wish)));
  }

  async findBySecret(secretSha256: string): Promise<Credential | undefined> {
    if (!secretForm.test(secretSha256)) return undefined;
    const id = this.#tables.credentialSecrets.get(Buffer.from(secretSha256, 'hex'));
    return id === undefined ? undefined : this.#get(id);
  }

  async find(id: Uuid): Promise<Credential | undefined> {
    return this.#get(id);
  }

  async list(): Promise<Credential[]> {
    const found: Credential[] = [];
    for (let after: Buffer | undefined; ; await nextTurn()) {
      const page = [
        ...this.#tables.credentials.sealedEntries({ ...(after && { after }), limit: listedATurn }),
      ];
      for (const { open } of page) {
        // A damaged one opens nothing; the others, and the start that looks for an administrator, must not suffer.
        const credential = readable(open);
        if (credential) found.push(this.#withUse(credential));
      }
      after = page.at(-1)?.key;
      if (page.length < listedATurn) return found;
    }
  }

  async revoke(id: Uuid): Promise<boolean> {
    return this.#change(id, (credential) => {
      const { kind, dialect, login } = credential;
      if (kind === 'user') this.#tables.logins.remove(loginKey(dialect, login!));
      return { ...credential, revokedAtMs: this.#nowMs() };
    });
  }

  noteUse(id: Uuid, atMs: number): void {
    this.#uses.set(id, atMs);
    // A failure keeps the uses for the next time: they are hints, nobody waits for them.
    this.#timer ??= setTimeout(() => void this.writeUses().catch(() => undefined), useWrittenEveryMs).unref();
  }

  async addUser(user: NewUser, passwordHash: string): Promise<Credential> {
    return this.#environment.write(() => {
      const key = loginKey(user.dialect, user.login);
      if (this.#tables.logins.has(key)) throw new AppError('login-taken', 'There is a user of that login');
      const nowMs = this.#nowMs();
      const added = this.#new({ ...user, kind: 'user', passwordSetAtMs: nowMs, createdAtMs: nowMs });
      this.#tables.logins.put(key, { credentialId: added.id, passwordHash });
      return added;
    });
  }

  async findUser(dialect: DialectName, login: string): Promise<UserWithPassword | undefined> {
    const record = this.#tables.logins.get(loginKey(dialect, login));
    const user = record && this.#get(record.credentialId);
    return user && { user, passwordHash: record.passwordHash };
  }

  async setPassword(id: Uuid, passwordHash: string): Promise<boolean> {
    return this.#change(id, (credential) => {
      const { kind, dialect, login } = credential;
      if (kind !== 'user') return undefined;
      this.#tables.logins.put(loginKey(dialect, login!), { credentialId: id, passwordHash });
      return { ...credential, passwordSetAtMs: this.#nowMs() };
    });
  }

  async setExpiry(id: Uuid, expiresAtMs: number | undefined): Promise<boolean> {
    return this.#change(id, ({ expiresAtMs: _before, ...credential }) => ({
      ...credential,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    }));
  }

  async extendReach(id: Uuid, collectionId: Uuid): Promise<boolean> {
    return this.#change(id, (credential) => withReach(credential, collectionId));
  }

  /** Writes the uses that were held back. */
  async writeUses(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#uses.size === 0) return;
    const written = new Map(this.#uses);
    await this.#environment.write(() => {
      for (const id of written.keys()) {
        const credential = this.#get(id);
        if (credential) this.#tables.credentials.put(ownUuidBytes(id), credential);
      }
    });
    for (const [id, atMs] of written) if (this.#uses.get(id) === atMs) this.#uses.delete(id);
  }

  #put({ secretSha256, credential }: HashedCredential): Credential {
    const secret = Buffer.from(secretSha256, 'hex');
    if (this.#tables.credentialSecrets.has(secret)) {
      throw new AppError('bad-input', 'The secret is in use already');
    }
    const added = this.#new({ ...credential, kind: 'secret', createdAtMs: this.#nowMs() });
    this.#tables.credentialSecrets.put(secret, added.id);
    return added;
  }

  #new(credential: Omit<Credential, 'id'>): Credential {
    const added = { ...credential, id: this.#nextId() };
    this.#tables.credentials.put(ownUuidBytes(added.id), added);
    return added;
  }

  /** Writes what becomes of a credential that was not revoked; false when there is none, or nothing becomes of it. */
  #change(id: Uuid, become: (credential: Credential) => Credential | undefined): Promise<boolean> {
    return this.#environment.write(() => {
      const credential = this.#get(id);
      const next = credential && credential.revokedAtMs === undefined && become(credential);
      if (!next) return false;
      this.#tables.credentials.put(ownUuidBytes(id), next);
      return true;
    });
  }

  #get(id: Uuid): Credential | undefined {
    const key = uuidBytes(id);
    const credential = key && this.#tables.credentials.get(key);
    return credential && this.#withUse(credential);
  }

  #withUse(credential: Credential): Credential {
    const lastUsedAtMs = this.#uses.get(credential.id);
    return lastUsedAtMs === undefined ? credential : { ...credential, lastUsedAtMs };
  }
}

/** Of one length, however long the login. */
function loginKey(dialect: DialectName, login: string): Buffer {
  return createHash('sha256').update(`${dialect}\0${login}`).digest();
}
