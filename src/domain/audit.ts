import type { DialectName } from './credential.ts';
import { AppError, type ErrorCode } from './errors.ts';
import type { Uuid } from './gallery.ts';

/** What is put on record: who let whom in, and what cannot be undone. */
export const auditActions = [
  'credential-created',
  'credential-changed',
  'credential-revoked',
  'credential-refused',
  'first-admin-used',
  'collection-cleared',
  'collection-removed',
  'person-removed',
  'persons-merged',
  'person-erased',
  'records-pruned',
  'gallery-exported',
  'gallery-imported',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** `local` came over the Unix socket; `service` is the service by itself; a caller without a credential is a `client`. */
export type Actor =
  | { readonly kind: 'local' | 'service' }
  | { readonly kind: 'client'; readonly dialect: DialectName }
  | { readonly kind: 'credential'; readonly dialect: DialectName; readonly credentialId: Uuid };

/** Counts, kinds and addresses: nothing biometric, and no names of people. */
export type AuditDetails = Readonly<Record<string, string | number | boolean>>;

/** One entry of the record. Never changed; it goes with its retention only. */
export type AuditEntry = {
  /** Greater than that of every entry before. */
  readonly number: number;
  readonly atMs: number;
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly collectionId?: Uuid;
  /** Persons, references or credentials that it was done to. */
  readonly subjectIds: readonly Uuid[];
  readonly outcome: 'done' | ErrorCode;
  readonly details: AuditDetails;
};

export type NewAuditEntry = Pick<AuditEntry, 'actor' | 'action' | 'outcome'> &
  Partial<Pick<AuditEntry, 'subjectIds' | 'details'>> & { readonly collectionId?: Uuid | undefined };

const maxSubjects = 100;
const maxDetailsLength = 1_000;

/** `too-large` for more subjects or details than an entry holds. */
export function newAuditEntry(
  identity: Pick<AuditEntry, 'number' | 'atMs'>,
  { collectionId, subjectIds = [], details = {}, ...rest }: NewAuditEntry,
): AuditEntry {
  if (subjectIds.length > maxSubjects || JSON.stringify(details).length > maxDetailsLength) {
    throw new AppError('too-large', 'An audit entry holds no more than a few ids and figures');
  }
  return {
    ...identity,
    ...rest,
    ...(collectionId !== undefined && { collectionId }),
    subjectIds: [...subjectIds],
    details: { ...details },
  };
}

export type AuditFilter = {
  readonly fromMs?: number | undefined;
  /** Up to, and not with, this time. */
  readonly untilMs?: number | undefined;
  readonly actions?: readonly AuditAction[] | undefined;
  /** `local`, `service`, `client`, a dialect, or the id of a credential. */
  readonly actor?: string | undefined;
  readonly collectionId?: Uuid | undefined;
  readonly subjectId?: Uuid | undefined;
};

/** Whether an entry is one of those that were asked for. */
export function fitsAudit(entry: AuditEntry, filter: AuditFilter): boolean {
  const { fromMs, untilMs, actions, actor, collectionId, subjectId } = filter;
  return (
    (fromMs === undefined || entry.atMs >= fromMs) &&
    (untilMs === undefined || entry.atMs < untilMs) &&
    (actions?.includes(entry.action) ?? true) &&
    (actor === undefined || Object.values(entry.actor).includes(actor)) &&
    (collectionId === undefined || entry.collectionId === collectionId) &&
    (subjectId === undefined || entry.subjectIds.includes(subjectId))
  );
}
