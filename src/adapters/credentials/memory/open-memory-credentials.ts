import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { Credential, Credentials } from '../../../domain/ports/credentials.ts';

export type MemoryCredentialsOptions = { readonly nowMs?: () => number; readonly nextId?: () => Uuid };

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
    async add(secretSha256, credential) {
      if (bySecret.has(secretSha256)) throw new AppError('bad-input', 'The secret is in use already');
      const added = { ...credential, id: nextId(), createdAtMs: nowMs() };
      bySecret.set(secretSha256, added);
      return added;
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
