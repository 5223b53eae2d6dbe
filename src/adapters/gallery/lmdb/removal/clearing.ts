import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { numberAt, textAt, uuidAt } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Clearing, Tables } from '../disk/tables.ts';
import type { Ledger, OpenCollection } from '../writing/ledger.ts';

/** One transaction of a clearing holds the event loop no longer than this. */
const sliceMs = 8;
const keysAtOnce = 64;
const collectionBytes = 16;
const personEnd = 32;

/** Runs a write and all that follows from it. */
export type Commit = <R>(decide: (ledger: Ledger) => R) => Promise<R>;
type Sweep = { readonly ledger: Ledger; readonly tables: Tables; readonly isOver: () => boolean };

/** Empties collections slice by slice. Each is empty for its readers from the first slice on; its writers wait. */
export class Clearings {
  readonly #tables: Tables;
  readonly #commit: Commit;
  readonly #running = new Map<Uuid, Promise<void>>();
  #stopped = false;

  constructor(tables: Tables, commit: Commit) {
    this.#tables = tables;
    this.#commit = commit;
  }

  /** Empties a collection for its readers and removes a first slice; a small collection is done with that. */
  begin(
    ledger: Ledger,
    collection: OpenCollection,
    clearing: Clearing,
  ): { members: number; references: number } {
    const counts = {
      members: this.#tables.memberships.countKeys(collection.bytes),
      references: collection.record.references,
    };
    ledger.putCollection(collection, { clearing });
    ledger.after.push({ kind: 'collection-hidden', collectionId: collection.record.id, hidden: true });
    this.#sweep(ledger, collection);
    return counts;
  }

  /** Resolves when nothing is left of a clearing, also of one that was cut short. */
  finish(collectionId: Uuid): Promise<void> {
    const running = this.#running.get(collectionId) ?? this.#finish(collectionId);
    this.#running.set(collectionId, running);
    return running;
  }

  /** Resolves when no clearing is under way. */
  async finishAll(): Promise<void> {
    for (const { value } of [...this.#tables.collections.entries()]) {
      if (value.clearing) await this.finish(value.id);
    }
  }

  /** Resolves when no slice is under way any more, and lets none follow. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#running.values());
  }

  async #finish(collectionId: Uuid): Promise<void> {
    try {
      for (let isDone = false; !isDone; ) {
        await nextTurn();
        if (this.#stopped) throw new AppError('storage-failed', 'The store is being closed');
        isDone = await this.#commit((ledger) => {
          const collection = ledger.anyCollection(collectionId);
          return !collection.record.clearing || this.#sweep(ledger, collection);
        });
      }
    } finally {
      this.#running.delete(collectionId);
    }
  }

  /** Removes one slice; tells whether it was the last. */
  #sweep(ledger: Ledger, collection: OpenCollection): boolean {
    const end = performance.now() + sliceMs;
    const sweep = { ledger, tables: this.#tables, isOver: () => performance.now() > end };
    const isEmpty = sweepReferences(sweep, collection) && sweepMembers(sweep, collection);
    if (!isEmpty) return false;
    const { clearing: _, ...record } = collection.record;
    collection.record = record;
    ledger.putCollection(collection, { references: 0 });
    ledger.after.push({ kind: 'collection-hidden', collectionId: record.id, hidden: false });
    return true;
  }
}

/** Person by person; each leaves with her last reference. */
function sweepReferences({ ledger, tables, isOver }: Sweep, collection: OpenCollection): boolean {
  let removed = 0;
  const save = () => ledger.putCollection(collection, { references: collection.record.references - removed });
  for (;;) {
    const page = [...tables.memberReferences.keys({ prefix: collection.bytes, limit: keysAtOnce })];
    if (page.length === 0) break;
    for (const [at, key] of page.entries()) {
      const prefix = key.subarray(0, personEnd);
      ledger.dropReference(collection, uuidAt(key, collectionBytes), numberAt(key, personEnd));
      removed++;
      const next = page[at + 1] ?? [...tables.memberReferences.keys({ prefix, limit: 1 })][0];
      if (!next?.subarray(0, personEnd).equals(prefix))
        leave(ledger, collection, uuidAt(key, collectionBytes));
      if (isOver()) {
        save();
        return false;
      }
    }
  }
  save();
  return true;
}

function leave(ledger: Ledger, collection: OpenCollection, personId: Uuid): void {
  const member = readable(() => ledger.memberOf(collection, personId));
  if (member) ledger.leave(collection, member);
}

/** Those who had no reference. */
function sweepMembers({ ledger, tables, isOver }: Sweep, collection: OpenCollection): boolean {
  if (collection.record.clearing !== 'all members') return true;
  for (;;) {
    const wish = { prefix: collection.bytes, limit: keysAtOnce };
    const page = Array.from(tables.memberships.sealedEntries(wish), ({ key, open }) => ({
      key,
      value: readable(open),
    }));
    if (page.length === 0) return true;
    for (const { key, value } of page) {
      if (value) ledger.leave(collection, { ...value, key: textAt(key, collectionBytes) });
      // Whose place it was cannot be told any more.
      else tables.memberships.remove(key);
      if (isOver()) return false;
    }
  }
}
