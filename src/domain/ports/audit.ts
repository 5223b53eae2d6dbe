import type { AuditEntry, AuditFilter, NewAuditEntry } from '../audit.ts';
import type { Pruned, Pruning } from '../pruning.ts';

export type AuditWish = AuditFilter & {
  /** Only entries with lower numbers: the last of one page leads to the next. */
  readonly beforeNumber?: number | undefined;
  readonly limit: number;
};

/**
 * The record of what was done by whom; it grows at its end only. A promise of a write that resolves is durable. Rejects
 * with `too-large`, `storage-full`, `storage-failed`; lists leave damaged entries out.
 */
export interface Audit {
  add(entry: NewAuditEntry): Promise<AuditEntry>;
  /** The newest first. Looks at every entry until there are enough, in slices. */
  list(wish: AuditWish): Promise<AuditEntry[]>;
  /** Takes old entries away and tells which; their numbers are not given again. */
  prune(pruning: Pruning): Promise<Pruned>;
  count(): number;
}
