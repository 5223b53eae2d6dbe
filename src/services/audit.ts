import type { AuditEntry, NewAuditEntry } from '../domain/audit.ts';
import type { Audit, AuditWish } from '../domain/ports/audit.ts';
import type { Log } from '../domain/ports/log.ts';
import type { Pruned } from '../domain/pruning.ts';
import { currentActor } from './actor.ts';

/** How long the record is kept, and how much of it. */
export type KeepingPolicy = { readonly keepDays: number; readonly keepAtMost: number };

/** What was done; by the current actor unless another is named. */
export type AuditNote = Omit<NewAuditEntry, 'actor'> & Partial<Pick<NewAuditEntry, 'actor'>>;

/** The record of what was done by whom. */
export interface AuditService {
  /**
   * Puts on record what somebody has done; durable when it resolves. Never rejects: what was done is done, and
   * an entry that could not be written is told in the log, with the ids that it names.
   */
  note(entry: AuditNote): Promise<void>;
  /** The newest first. */
  list(wish: AuditWish): Promise<AuditEntry[]>;
  /** Takes away what the policy does not keep, or only tells what would go. */
  prune(options?: { readonly dryRun: boolean }): Promise<Pruned>;
}

export type AuditParts = {
  readonly audit: Audit;
  readonly policy: KeepingPolicy;
  readonly log: Log;
  readonly nowMs?: () => number;
};

const dayMs = 86_400_000;

export function createAudit({ audit, policy, log, nowMs = Date.now }: AuditParts): AuditService {
  return {
    async note(entry) {
      const whole = { actor: currentActor(), ...entry };
      try {
        await audit.add(whole);
      } catch (error) {
        log.error({ ...whole, error }, 'This could not be put on record');
      }
    },
    list: (wish) => audit.list(wish),
    prune: ({ dryRun } = { dryRun: false }) =>
      audit.prune({
        beforeMs: nowMs() - policy.keepDays * dayMs,
        keepAtMost: policy.keepAtMost,
        dryRun,
      }),
  };
}
