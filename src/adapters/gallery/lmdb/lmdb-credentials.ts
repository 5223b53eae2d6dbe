import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Credential, Credentials, HashedCredential } from '../../../domain/ports/credentials.ts';
import type { Environment } from './disk/environment.ts';
import { ownUuidBytes, uuidBytes } from './disk/keys.ts';
import { readable } from './disk/table.ts';
import type { Tables } from './disk/tables.ts';
import type { LedgerParts } from './writing/ledger.ts';

const secretForm = /^[0-9a-f]{64}$/;
const useWrittenEveryMs = 60_000;

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

  async list(): Promise<Credential[]> {
    // A damaged one opens nothing; the others, and the start that looks for an administrator, must not suffer for it.
    const readableOnes = Array.from(this.#tables.credentials.sealedEntries(), ({ open }) => readable(open));
    return readableOnes.filter((each) => each !== undefined).map((each) => this.#withUse(each));
  }

  async revoke(id: Uuid): Promise<boolean> {
    return this.#environment.write(() => {
      const credential = this.#get(id);
      if (!credential || credential.revokedAtMs !== undefined) return false;
      this.#tables.credentials.put(ownUuidBytes(id), { ...credential, revokedAtMs: this.#nowMs() });
      return true;
    });
  }

  noteUse(id: Uuid, atMs: number): void {
    this.#uses.set(id, atMs);
    // A failure keeps the uses for the next time: they are hints, nobody waits for them.
    this.#timer ??= setTimeout(() => void this.writeUses().catch(() => undefined), useWrittenEveryMs).unref();
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
    const added = { ...credential, id: this.#nextId(), createdAtMs: this.#nowMs() };
    this.#tables.credentials.put(ownUuidBytes(added.id), added);
    this.#tables.credentialSecrets.put(secret, added.id);
    return added;
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
