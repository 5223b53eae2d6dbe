import { type Credential, withReach } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { Credentials } from '../../../domain/ports/credentials.ts';

export type MemoryCredentialsOptions = { readonly nowMs?: () => number; readonly nextId?: () => Uuid };

const secretForm = /^[0-9a-f]{64}$/;

/** Credentials that last as long as the process. */
export function openMemoryCredentials(options: MemoryCredentialsOptions = {}): Credentials {
  const nowMs = options.nowMs ?? Date.now;
  const nextId = options.nextId ?? createIdSource(nowMs);
  const byId = new Map<Uuid, Credential>();
  const idOfSecret = new Map<string, Uuid>();
  const passwordOf = new Map<Uuid, string>();

  const keep = (credential: Omit<Credential, 'id' | 'createdAtMs'>): Credential => {
    const added = { ...credential, id: nextId(), createdAtMs: nowMs() };
    byId.set(added.id, added);
    return added;
  };
  /** Of a credential that was not revoked. */
  const change = (id: Uuid, become: (credential: Credential) => Credential): boolean => {
    const credential = byId.get(id);
    if (!credential || credential.revokedAtMs !== undefined) return false;
    byId.set(id, become(credential));
    return true;
  };
  const userOf = (dialect: string, login: string) =>
    [...byId.values()].find(
      (one) =>
        one.kind === 'user' &&
        one.dialect === dialect &&
        one.login === login &&
        one.revokedAtMs === undefined,
    );

  return {
    async add(wishes) {
      if (!wishes.every(({ secretSha256 }) => secretForm.test(secretSha256)))
        throw new AppError('bad-input', 'Expected a SHA-256 in lower-case hex');
      const secrets = new Set(wishes.map(({ secretSha256 }) => secretSha256));
      if (secrets.size < wishes.length || [...secrets].some((secret) => idOfSecret.has(secret)))
        throw new AppError('bad-input', 'The secret is in use already');
      return wishes.map(({ secretSha256, credential }) => {
        const added = keep({ ...credential, kind: 'secret' });
        idOfSecret.set(secretSha256, added.id);
        return added;
      });
    },
    findBySecret: async (secretSha256) => byId.get(idOfSecret.get(secretSha256) ?? ''),
    find: async (id) => byId.get(id),
    list: async () => [...byId.values()],
    revoke: async (id) => change(id, (credential) => ({ ...credential, revokedAtMs: nowMs() })),
    noteUse(id, atMs) {
      const credential = byId.get(id);
      if (credential) byId.set(id, { ...credential, lastUsedAtMs: atMs });
    },
    async addUser(user, passwordHash) {
      if (userOf(user.dialect, user.login))
        throw new AppError('login-taken', 'There is a user of that login');
      const added = keep({ ...user, kind: 'user', passwordSetAtMs: nowMs() });
      passwordOf.set(added.id, passwordHash);
      return added;
    },
    async findUser(dialect, login) {
      const user = userOf(dialect, login);
      return user && { user, passwordHash: passwordOf.get(user.id)! };
    },
    async setPassword(id, passwordHash) {
      if (byId.get(id)?.kind !== 'user') return false;
      const changed = change(id, (user) => ({ ...user, passwordSetAtMs: nowMs() }));
      if (changed) passwordOf.set(id, passwordHash);
      return changed;
    },
    setExpiry: async (id, expiresAtMs) =>
      change(id, ({ expiresAtMs: _before, ...credential }) => ({
        ...credential,
        ...(expiresAtMs !== undefined && { expiresAtMs }),
      })),
    extendReach: async (id, collectionId) => change(id, (credential) => withReach(credential, collectionId)),
  };
}
