import { type AuditEntry, fitsAudit, newAuditEntry } from '../../../domain/audit.ts';
import type { Audit } from '../../../domain/ports/audit.ts';
import { PruningPick } from '../../../domain/pruning.ts';

/** An audit record that lasts as long as the process. */
export function openMemoryAudit({ nowMs = Date.now }: { readonly nowMs?: () => number } = {}): Audit {
  let entries: AuditEntry[] = [];
  let last = 0;
  return {
    async add(entry) {
      const added = newAuditEntry({ number: last + 1, atMs: nowMs() }, structuredClone(entry));
      last = added.number;
      entries.push(added);
      return added;
    },
    list: async ({ beforeNumber = Number.POSITIVE_INFINITY, limit, ...filter }) =>
      entries
        .toReversed()
        .filter((entry) => entry.number < beforeNumber && fitsAudit(entry, filter))
        .slice(0, limit),
    async prune(pruning) {
      const pick = new PruningPick(pruning);
      const going = new Set(entries.toReversed().filter((entry) => pick.takes(entry)));
      if (!pruning.dryRun) entries = entries.filter((entry) => !going.has(entry));
      return pick.pruned;
    },
    count: () => entries.length,
  };
}
