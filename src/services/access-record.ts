import type { Actor } from '../domain/audit.ts';
import type { DialectName } from '../domain/credential.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { AccessEvent } from './access.ts';
import type { AuditService } from './audit.ts';

/** Wrong attempts of one client since it was put on record last. */
type Refusals = {
  readonly actor: Actor;
  reason: ErrorCode;
  count: number;
  dueMs: number;
  waitMs: number;
};

export type AccessRecordParts = {
  readonly audit: Pick<AuditService, 'note'>;
  readonly nowMs?: () => number;
};

const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
const maxClients = 1_000;

/**
 * Puts on record who was given credentials and who was refused. A client that goes on being refused is told at once,
 * then with its number of attempts after a minute, two, four, up to an hour: nobody fills the record from outside.
 */
export class AccessRecord {
  readonly #audit: Pick<AuditService, 'note'>;
  readonly #nowMs: () => number;
  readonly #refusals = new Map<string, Refusals>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ audit, nowMs = Date.now }: AccessRecordParts) {
    this.#audit = audit;
    this.#nowMs = nowMs;
  }

  note(event: AccessEvent): void {
    if (event.kind === 'refused') this.#refused(event);
    else this.#changed(event.kind, event);
  }

  /** Puts on record what is due, or all that was counted; forgets clients that have been quiet. */
  async tell(which: 'due' | 'all'): Promise<void> {
    const told = [];
    for (const [client, refusals] of this.#refusals) {
      if (which === 'due' && refusals.dueMs > this.#nowMs()) continue;
      if (refusals.count > 0) told.push(this.#tell(client, refusals));
      else this.#refusals.delete(client);
    }
    await Promise.all(told);
  }

  #changed(kind: 'created' | 'changed' | 'revoked', { credentialId, dialect }: AccessEvent): void {
    void this.#audit.note({
      action: `credential-${kind}`,
      outcome: 'done',
      subjectIds: credentialId === undefined ? [] : [credentialId],
      details: dialect === undefined ? {} : { dialect },
    });
  }

  #refused({ dialect = 'ostiary', client, credentialId, ...rest }: AccessEvent): void {
    const reason = (rest.reason ?? 'credential-unknown') as ErrorCode;
    const name = `${dialect} ${credentialId ?? client}`;
    const known = this.#refusals.get(name);
    if (known) {
      known.count += 1;
      known.reason = reason;
      return;
    }
    if (this.#refusals.size >= maxClients) return;
    const refusals = {
      actor: actorOf(dialect, credentialId),
      reason,
      ...{ count: 1, dueMs: 0, waitMs: firstWaitMs / 2 },
    };
    this.#refusals.set(name, refusals);
    void this.#tell(name, refusals);
    this.#timer ??= setInterval(() => void this.tell('due'), firstWaitMs).unref();
  }

  #tell(name: string, refusals: Refusals): Promise<void> {
    const details = { attempts: refusals.count, client: name.slice(name.indexOf(' ') + 1) };
    refusals.count = 0;
    refusals.waitMs = Math.min(longestWaitMs, refusals.waitMs * 2);
    refusals.dueMs = this.#nowMs() + refusals.waitMs;
    const { actor, reason } = refusals;
    return this.#audit.note({ action: 'credential-refused', actor, outcome: reason, details });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.tell('all');
  }
}

function actorOf(dialect: DialectName, credentialId: string | undefined): Actor {
  return credentialId === undefined
    ? { kind: 'client', dialect }
    : { kind: 'credential', dialect, credentialId };
}
