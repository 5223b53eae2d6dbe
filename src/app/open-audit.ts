import type { Settings } from '../config/schema.ts';
import type { Audit } from '../domain/ports/audit.ts';
import type { Log } from '../domain/ports/log.ts';
import { type AuditService, createAudit } from '../services/audit.ts';

/** The store's audit record. */
export function openAudit(audit: Audit, settings: Settings, log: Log): AuditService {
  return createAudit({ audit, policy: settings.audit, log: log.child({ part: 'audit' }) });
}
