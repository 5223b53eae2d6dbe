import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from '../disk/environment.ts';
import { readable } from '../disk/table.ts';
import type { LedgerParts } from '../writing/ledger.ts';

const tombstonesInASlice = 200;

/** Completes the receipts of erasures that a crash cut short; the sweep has removed what they left. */
export async function finishErasures(
  environment: Environment,
  { tables, nowMs }: LedgerParts,
): Promise<void> {
  let after: Buffer | undefined;
  for (;;) {
    const page = [...tables.tombstones.sealedEntries({ ...(after && { after }), limit: tombstonesInASlice })];
    const open = page.flatMap(({ key, open: read }) => {
      // A damaged one must not keep the gallery from opening; who asks for it is told.
      const value = readable(read);
      return value?.kind === 'erased' && value.receipt.removedAtMs === undefined ? [{ key, value }] : [];
    });
    if (open.length > 0) {
      await environment.write(() => {
        for (const { key, value } of open) {
          tables.tombstones.put(key, { ...value, receipt: { ...value.receipt, removedAtMs: nowMs() } });
        }
      });
    }
    after = page.at(-1)?.key;
    if (page.length < tombstonesInASlice) return;
    await nextTurn();
  }
}
