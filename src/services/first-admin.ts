import type { SecretFile } from '../domain/ports/secret-file.ts';
import type { Access } from './access.ts';

/**
 * Sees to it that somebody can administer a new box: makes the first admin credential and leaves its secret in the
 * file. The file goes when the secret is used. Answers the access that notices this, and whether a credential was made.
 */
export async function withFirstAdmin(
  access: Access,
  file: SecretFile,
): Promise<{ access: Access; created: boolean }> {
  const created = !(await hasAdmin(access));
  if (created) await leaveSecret(access, file);
  let waiting = await file.read();
  if (waiting === undefined) return { access, created };
  const watched: Access = {
    ...access,
    async admit(ask) {
      const credential = await access.admit(ask);
      if (ask.secret === waiting) {
        waiting = undefined;
        await file.remove();
      }
      return credential;
    },
  };
  return { access: watched, created };
}

async function hasAdmin(access: Access): Promise<boolean> {
  return (await access.list()).some(({ dialect, service }) => dialect === 'ostiary' && service === 'admin');
}

/** A credential whose secret could not be left anywhere would be of no use and stand in the way of the next try. */
async function leaveSecret(access: Access, file: SecretFile): Promise<void> {
  const { credential, secret } = await access.create({
    dialect: 'ostiary',
    service: 'admin',
    name: 'first boot',
    collectionIds: [],
  });
  try {
    await file.write(secret);
  } catch (error) {
    await access.revoke(credential.id);
    throw error;
  }
}
