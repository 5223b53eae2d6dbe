import { secretFile } from '../adapters/host/node/secret-file.ts';
import { firstAdminFile } from '../config/places.ts';
import type { Settings } from '../config/schema.ts';
import type { Credentials } from '../domain/ports/credentials.ts';
import type { Log } from '../domain/ports/log.ts';
import { type Access, createAccess } from '../services/access.ts';
import type { AccessRecord } from '../services/access-record.ts';
import type { AuditService } from '../services/audit.ts';
import { withFirstAdmin } from '../services/first-admin.ts';
import type { Signing } from '../services/signing.ts';
import type { ListenWhere } from './listen.ts';

type AccessOptions = {
  readonly settings: Settings;
  readonly signing: Signing;
  readonly log: Log;
  readonly where: ListenWhere;
  readonly audit: AuditService;
  readonly record: AccessRecord;
  readonly latestMs: () => number;
};

/** Only a service that others can reach needs a first admin; a private app has its socket. */
export async function openAccess(
  credentials: Credentials,
  { settings, signing, where, log, audit, record, latestMs }: AccessOptions,
): Promise<Access> {
  const plain = createAccess({ credentials, signing, latestMs, note: (event) => record.note(event) });
  if (where !== 'configured') return plain;
  const file = secretFile(firstAdminFile(settings));
  const { access, created } = await withFirstAdmin(plain, file, ({ id, dialect }) =>
    audit.note({
      ...{ action: 'first-admin-used', outcome: 'done', subjectIds: [id] },
      actor: { kind: 'credential', dialect, credentialId: id },
    }),
  );
  if (created) {
    log.warn({ file: file.path }, 'First start: an admin credential lies in this file until it is used');
    log.info({}, 'To begin, make keys for clients: npx ostiary keys create compreface');
  }
  return access;
}
