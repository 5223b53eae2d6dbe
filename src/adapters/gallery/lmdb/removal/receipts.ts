import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ListedErasure } from '../../../../domain/backup.ts';
import { AppError } from '../../../../domain/errors.ts';
import type { ErasureReceipt, Uuid } from '../../../../domain/gallery.ts';
import { receiptOf, receiptOfLast, type Tombstone } from '../../../../domain/tombstone.ts';
import type { Environment } from '../disk/environment.ts';
import { ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { LedgerParts } from '../writing/ledger.ts';
import { departures } from './departure.ts';

const tombstonesInASlice = 200;

export type ReceiptParts = Pick<LedgerParts, 'tables' | 'nowMs'> & { readonly environment: Environment };

/** Notes on the receipts of erasures when the last record is gone, and when the last byte is. */
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
    const receipt = this.#read(personId);
    const isWhole =
      !this.#incomplete.has(personId) &&
      departures(tables).every((departure) => departure.personId !== personId);
    if (!receipt || receipt.removedAtMs !== undefined || !isWhole) return receipt;
    const complete = { ...receipt, removedAtMs: nowMs() };
    try {
      await environment.write(() => this.#put(complete));
      return complete;
    } catch (error) {
      // She is gone all the same; the next start completes the receipt.
      if (!(error instanceof AppError)) throw error;
      return receipt;
    }
  }

  /**
   * To be called at the start, after a sweep of the pictures: completes what a crash has cut short, if the sweep was whole
   * and there is room. Tells since when there are receipts of removals that were not scrubbed.
   */
  async completeAll({ isSwept }: { readonly isSwept: boolean }): Promise<number | undefined> {
    const { environment, tables, nowMs } = this.#parts;
    const leaving = new Set(departures(tables).map(({ personId }) => personId));
    let unscrubbedSinceMs: number | undefined;
    for await (const page of this.#pages()) {
      for (const { hiddenAtMs, scrubbedAtMs } of page) {
        if (scrubbedAtMs === undefined)
          unscrubbedSinceMs = Math.min(unscrubbedSinceMs ?? hiddenAtMs, hiddenAtMs);
      }
      const open = page.filter(
        ({ personId, removedAtMs }) => removedAtMs === undefined && !leaving.has(personId),
      );
      if (open.length === 0) continue;
      if (!isSwept) {
        for (const { personId } of open) this.leaveOpen(personId);
        continue;
      }
      try {
        await environment.write(() => {
          for (const receipt of open) this.#put({ ...receipt, removedAtMs: nowMs() });
        });
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'storage-full')) throw error;
      }
    }
    return unscrubbedSinceMs;
  }

  /** Those whose records are gone, but maybe not their bytes. */
  async unscrubbed(): Promise<Uuid[]> {
    const found: Uuid[] = [];
    for await (const page of this.#pages()) {
      const such = page.filter(
        ({ removedAtMs, scrubbedAtMs }) => removedAtMs !== undefined && scrubbedAtMs === undefined,
      );
      found.push(...such.map(({ personId }) => personId));
    }
    return found;
  }

  /** No byte of theirs is left in any file. */
  async noteScrubbed(personIds: readonly Uuid[], scrubbedAtMs: number): Promise<void> {
    for (let at = 0; at < personIds.length; at += tombstonesInASlice) {
      const some = personIds.slice(at, at + tombstonesInASlice);
      await this.#parts.environment.write(() => {
        for (const receipt of some.flatMap((id) => this.#read(id) ?? []))
          this.#put({ ...receipt, scrubbedAtMs });
      });
    }
  }

  /** As `Gallery.listErasures`. */
  async *erased(): AsyncGenerator<ListedErasure[]> {
    for await (const page of this.#tombstones()) {
      yield page.flatMap(({ personId, tombstone }) => {
        const receipt = receiptOfLast(tombstone, (id) => this.#find(id));
        return receipt ? [{ personId, hiddenAtMs: receipt.hiddenAtMs }] : [];
      });
    }
  }

  /** All receipts, in slices. */
  async *#pages(): AsyncGenerator<ErasureReceipt[]> {
    for await (const page of this.#tombstones())
      yield page.flatMap(({ tombstone }) => receiptOf(tombstone) ?? []);
  }

  async *#tombstones(): AsyncGenerator<{ personId: Uuid; tombstone: Tombstone }[]> {
    const { tombstones } = this.#parts.tables;
    for (let after: Buffer | undefined; ; await nextTurn()) {
      const page = [...tombstones.sealedEntries({ ...(after && { after }), limit: tombstonesInASlice })];
      after = page.at(-1)?.key;
      // A damaged one must not keep the gallery from opening; who asks for it is told.
      yield page.flatMap(({ key, open }) => {
        const tombstone = readable(open);
        return tombstone ? [{ personId: uuidAt(key), tombstone }] : [];
      });
      if (page.length < tombstonesInASlice) return;
    }
  }

  #find(personId: Uuid): Tombstone | undefined {
    return readable(() => this.#parts.tables.tombstones.get(ownUuidBytes(personId)));
  }

  #read(personId: Uuid): ErasureReceipt | undefined {
    return receiptOf(this.#find(personId));
  }

  #put(receipt: ErasureReceipt): void {
    const { tombstones } = this.#parts.tables;
    const key = ownUuidBytes(receipt.personId);
    const { stamp } = tombstones.get(key)!;
    tombstones.put(key, { kind: 'erased', receipt, stamp });
  }
}
