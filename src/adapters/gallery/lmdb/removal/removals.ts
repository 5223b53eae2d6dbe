import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import type { ErasureReceipt, Uuid } from '../../../../domain/gallery.ts';
import type { Log } from '../../../../domain/ports/log.ts';
import type { StoreProblem } from '../../../../domain/store-problem.ts';
import { Turns } from '../../../../primitives/turns.ts';
import { ownUuidBytes } from '../disk/keys.ts';
import { memberPrefix } from '../disk/record-keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { BeingCleared, type Ledger, StillLeaving } from '../writing/ledger.ts';
import type { Committed, Writer } from '../writing/writer.ts';
import { sweepClearing } from './clearing.ts';
import { departures, sweepDeparture } from './departure.ts';
import type { Receipts } from './receipts.ts';
import { nameOfRemoval, type Removal } from './removal.ts';
import { Retries } from './retries.ts';
import { beginSlice } from './slice.ts';

export type RemovalsParts = {
  readonly tables: Tables;
  readonly writer: Writer;
  readonly receipts: Receipts;
  readonly log?: Log | undefined;
};

/** Carries removals to their end, one slice at a time in the order of asking, also those that a stop has cut short. */
export class Removals {
  readonly #parts: RemovalsParts;
  readonly #retries: Retries;
  readonly #running = new Map<string, Promise<void>>();
  readonly #turns = new Turns();
  #stopped = false;

  constructor(parts: RemovalsParts) {
    this.#parts = parts;
    this.#retries = new Retries({ again: (removal) => this.settle(removal), log: parts.log });
  }

  /** As `Writer.commit`; a write that meets a removal which it must not overtake is made again when that is done. */
  async commitWhenCleared<R>(decide: (ledger: Ledger) => R): Promise<Committed<R>> {
    for (;;) {
      try {
        return await this.#parts.writer.commit(decide);
      } catch (error) {
        const removal = removalBefore(error);
        if (!removal) throw error;
        await this.finish(removal);
      }
    }
  }

  /** Resolves when nothing is left of it; rejects with what stands against that. */
  finish(removal: Removal): Promise<void> {
    const name = nameOfRemoval(removal);
    const running = this.#running.get(name) ?? this.#finish(name, removal);
    this.#running.set(name, running);
    return running;
  }

  /** As `finish`, but a failure is only noted: it is hidden from all who ask, and is tried again later. */
  async settle(removal: Removal): Promise<void> {
    if (this.#stopped) return;
    if (this.#isUnderWay(removal)) await this.finish(removal).catch(() => undefined);
    else this.#retries.succeeded(nameOfRemoval(removal));
  }

  /** Settles all that is left of a person. */
  async settlePerson(personId: Uuid): Promise<void> {
    if (this.#stopped) return;
    const hers = departures(this.#parts.tables).filter((departure) => departure.personId === personId);
    await Promise.all(hers.map((departure) => this.settle({ kind: 'departure', ...departure })));
  }

  /** The receipt of an erasure as it stands, completed if nothing is left of her; the next start completes others. */
  async completeReceipt(personId: Uuid): Promise<ErasureReceipt | undefined> {
    return this.#stopped ? undefined : this.#parts.receipts.complete(personId);
  }

  /** Resolves when no removal is under way. */
  async finishAll(): Promise<void> {
    for (const removal of this.#allUnderWay()) await this.finish(removal);
  }

  /** Goes on with what a stop has cut short. */
  async resume(): Promise<void> {
    for (const removal of this.#allUnderWay()) await this.settle(removal);
  }

  /** Those that failed and wait to be tried again. */
  problems(): StoreProblem[] {
    return this.#retries.problems();
  }

  /** Resolves when no slice is under way any more, and lets none follow. To be called before the store is closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retries.stop();
    await Promise.allSettled(this.#running.values());
  }

  async #finish(name: string, removal: Removal): Promise<void> {
    try {
      for (let isDone = false; !isDone; ) {
        await nextTurn();
        isDone = await this.#turns.take('slice', () => this.#sweep(removal));
      }
      if (removal.kind === 'departure') await this.#parts.receipts.complete(removal.personId);
      this.#retries.succeeded(name);
    } catch (error) {
      if (!this.#stopped) this.#retries.failed(removal, error);
      throw error;
    } finally {
      this.#running.delete(name);
    }
  }

  /** Removes one slice; tells whether nothing is left. */
  async #sweep(removal: Removal): Promise<boolean> {
    if (this.#stopped) throw new AppError('storage-failed', 'The store is being closed');
    const { result, whole } = await this.#parts.writer.commit((ledger) =>
      removal.kind === 'clearing'
        ? sweepClearing(beginSlice(ledger), removal.collectionId)
        : sweepDeparture(beginSlice(ledger), removal),
    );
    if (!whole && removal.kind === 'departure') this.#parts.receipts.leaveOpen(removal.personId);
    return result;
  }

  #isUnderWay(removal: Removal): boolean {
    const { tables } = this.#parts;
    const collection = ownUuidBytes(removal.collectionId);
    if (removal.kind === 'departure')
      return tables.departures.has(memberPrefix(collection, removal.personId));
    return readable(() => tables.collections.get(collection))?.clearing !== undefined;
  }

  #allUnderWay(): Removal[] {
    const { tables } = this.#parts;
    // A damaged one was told of when the store was opened; the others go on.
    const collections = Array.from(tables.collections.sealedEntries(), ({ open }) => readable(open));
    return [
      ...collections.flatMap((record): Removal[] =>
        record?.clearing ? [{ kind: 'clearing', collectionId: record.id }] : [],
      ),
      ...departures(tables).map((departure): Removal => ({ kind: 'departure', ...departure })),
    ];
  }
}

/** What a write has to wait for; an error that names the part of a write has the reason as its cause. */
function removalBefore(error: unknown): Removal | undefined {
  const reason = error instanceof AppError && error.cause instanceof AppError ? error.cause : error;
  if (reason instanceof BeingCleared) return { kind: 'clearing', collectionId: reason.collectionId };
  if (!(reason instanceof StillLeaving)) return undefined;
  const { collectionId, personId } = reason;
  return { kind: 'departure', collectionId, personId };
}
