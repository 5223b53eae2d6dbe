import { type Credential, services } from '../domain/credential.ts';
import type { SecretFile } from '../domain/ports/secret-file.ts';
import type { Access } from './access.ts';

/**
 * Sees to it that somebody can administer a new box: makes the first admin credential and leaves its secret in the
 * file. The file goes when the secret is used, which `onUse` is told. Answers the access that notices this, and whether a credential was made.
 */
export async function withFirstAdmin(
  access: Access,
  file: SecretFile,
  onUse: (credential: Credential) => Promise<void> = async () => undefined,
): Promise<{ access: Access; created: boolean }> {
  const left = await file.read();
  const created = left === unfinished || !(await hasAdmin(access));
  let waiting = created ? await leaveSecret(access, file) : left;
  if (waiting === undefined) return { access, created };
  const watched: Access = {
    ...access,
    async admit(ask) {
      const credential = await access.admit(ask);
      if (ask.secret === waiting) {
        waiting = undefined;
        await file.remove();
        await onUse(credential);
      }
      return credential;
    },
  };
  return { access: watched, created };
}

/** What the file holds while the credential is made, so that a crash in between is noticed at the next start. */
const unfinished = '';

/** A revoked one counts: who revoked it does not want another. */
async function hasAdmin(access: Access): Promise<boolean> {
  return (await access.list()).some(({ dialect, right }) => dialect === 'ostiary' && right === 'admin');
}

/** The file comes first: where it cannot be written no credential is made that nobody knows. */
async function leaveSecret(access: Access, file: SecretFile): Promise<string> {
  await file.write(unfinished);
  const { secret } = await access.create({
    dialect: 'ostiary',
    name: 'first boot',
    services,
    right: 'admin',
    reach: 'all',
  });
  await file.write(secret);
  return secret;
}
