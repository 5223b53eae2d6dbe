import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { Credential, Credentials } from '../../../domain/ports/credentials.ts';

export type MemoryCredentialsOptions = { readonly nowMs?: () => number; readonly nextId?: () => Uuid };

const secretForm = /^[0-9a-f]{64}$/;

/** Credentials that last as long as the process. */
export function openMemoryCredentials(options: MemoryCredentialsOptions = {}): Credentials {
  const nowMs = options.nowMs ?? Date.now;
  const nextId = options.nextId ?? createIdSource(nowMs);
  const bySecret = new Map<string, Credential>();

  const change = (id: Uuid, changed: (credential: Credential) => Credential | undefined): boolean => {
    const [secret, credential] = [...bySecret].find(([, { id: other }]) => other === id) ?? [];
    const next = credential && changed(credential);
    if (secret === undefined || !next) return false;
    bySecret.set(secret, next);
    return true;
  };

  return {
    async add(wishes) {
      if (!wishes.every(({ secretSha256 }) => secretForm.test(secretSha256)))
        throw new AppError('bad-input', 'Expected a SHA-256 in lower-case hex');
      const secrets = new Set(wishes.map(({ secretSha256 }) => secretSha256));
      if (secrets.size < wishes.length || [...secrets].some((secret) => bySecret.has(secret)))
        throw new AppError('bad-input', 'The secret is in use already');
      return wishes.map(({ secretSha256, credential }) => {
        const added = { ...credential, id: nextId(), createdAtMs: nowMs() };
        bySecret.set(secretSha256, added);
        return added;
      });
    },
    findBySecret: async (secretSha256) => bySecret.get(secretSha256),
    list: async () => [...bySecret.values()],
    revoke: async (id) =>
      change(id, (credential) =>
        credential.revokedAtMs === undefined ? { ...credential, revokedAtMs: nowMs() } : undefined,
      ),
    noteUse(id, atMs) {
      change(id, (credential) => ({ ...credential, lastUsedAtMs: atMs }));
    },
  };
}
