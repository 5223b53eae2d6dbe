import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import type { ErasureReceipt, Uuid } from '../../../../domain/gallery.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import type { Environment } from '../disk/environment.ts';
import { ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { LedgerParts } from '../writing/ledger.ts';
import { departures } from './departure.ts';

const tombstonesInASlice = 200;

export type ReceiptParts = Pick<LedgerParts, 'tables' | 'nowMs'> & { readonly environment: Environment };

/** Notes on the receipts of erasures when the last record is gone. */
export class Receipts {
  readonly #parts: ReceiptParts;
  readonly #incomplete = new Set<Uuid>();

  constructor(parts: ReceiptParts) {
    this.#parts = parts;
  }

  /** A picture of hers was left, which the next start removes: until then her receipt stays open. */
  leaveOpen(personId: Uuid): void {
    this.#incomplete.add(personId);
  }

  /** Completes the receipt if she was erased and nothing of hers is left; tells it as it stands. */
  async complete(personId: Uuid): Promise<ErasureReceipt | undefined> {
    const { environment, tables, nowMs } = this.#parts;
    const key = ownUuidBytes(personId);
    const receipt = receiptOf(readable(() => tables.tombstones.get(key)));
    const isWhole =
      !this.#incomplete.has(personId) &&
      departures(tables).every((departure) => departure.personId !== personId);
    if (!receipt || receipt.removedAtMs !== undefined || !isWhole) return receipt;
    const complete = { ...receipt, removedAtMs: nowMs() };
    try {
      await environment.write(() => tables.tombstones.put(key, { kind: 'erased', receipt: complete }));
      return complete;
    } catch (error) {
      // She is gone all the same; the next start completes the receipt.
      if (!(error instanceof AppError)) throw error;
      return receipt;
    }
  }

  /** To be called at the start, after a sweep of the pictures: completes what a crash has cut short. */
  async completeAll(): Promise<void> {
    const { environment, tables, nowMs } = this.#parts;
    const leaving = new Set(departures(tables).map(({ personId }) => personId));
    for (let after: Buffer | undefined; ; await nextTurn()) {
      const page = [
        ...tables.tombstones.sealedEntries({ ...(after && { after }), limit: tombstonesInASlice }),
      ];
      const open = page.flatMap(({ key, open: read }) => {
        // A damaged one must not keep the gallery from opening; who asks for it is told.
        const receipt = receiptOf(readable(read));
        return receipt && receipt.removedAtMs === undefined && !leaving.has(uuidAt(key))
          ? [{ key, receipt }]
          : [];
      });
      if (open.length > 0) {
        await environment.write(() => {
          for (const { key, receipt } of open) {
            tables.tombstones.put(key, { kind: 'erased', receipt: { ...receipt, removedAtMs: nowMs() } });
          }
        });
      }
      after = page.at(-1)?.key;
      if (page.length < tombstonesInASlice) return;
    }
  }
}

function receiptOf(tombstone: Tombstone | undefined): ErasureReceipt | undefined {
  return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
}
