import { AppError } from '../../../../domain/errors.ts';
import type { Collection, CollectionChange, Metadata, Uuid } from '../../../../domain/gallery.ts';
import { checkServing, collectionUnknown } from '../../../../domain/gallery-rules.ts';
import { Journal } from '../../../../domain/journal.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import type { HybridClock } from '../../../../primitives/hybrid-clock.ts';
import { stampText } from '../../../../primitives/stamp.ts';
import { numberBytes, ownUuidBytes, uuidBytes } from '../disk/keys.ts';
import { type CollectionRecord, collectionOf } from '../disk/stamped-records.ts';
import { readable } from '../disk/table.ts';
import { type StoreState, stateKey, type Tables } from '../disk/tables.ts';
import type { AfterCommit } from './after-commit.ts';
import { CodeChanges } from './codes.ts';
import { StampedTables } from './stamped-tables.ts';

export type LedgerParts = {
  readonly tables: Tables;
  /** Gives the stamps of all writes. */
  readonly clock: HybridClock;
  readonly nowMs: () => number;
  readonly nextId: () => Uuid;
};

/** A collection as a write sees it: its record and the bytes that its keys start with. */
export type OpenCollection = { readonly bytes: Buffer; record: CollectionRecord };

/** A write that met a collection which is being cleared: it is to be made again once that is done. */
export class BeingCleared extends AppError {
  readonly collectionId: Uuid;

  constructor(collectionId: Uuid) {
    super('storage-failed', 'The collection is being cleared');
    this.collectionId = collectionId;
  }
}

/** A write that places somebody where her former references are still going: it is to be made again once they are gone. */
export class StillLeaving extends AppError {
  readonly collectionId: Uuid;
  readonly personId: Uuid;

  constructor(collectionId: Uuid, personId: Uuid) {
    super('storage-failed', 'The person is still leaving the collection');
    this.collectionId = collectionId;
    this.personId = personId;
  }
}

/**
 * The bookkeeping of one write: collections, persons, tombstones and numbers, and what is to be done after the commit.
 * Members and references have files of their own beside it. Lives inside of one `Environment.write`.
 */
export class Ledger {
  readonly after: AfterCommit[] = [];
  readonly tables: Tables;
  readonly journal: Journal;
  readonly codes: CodeChanges;
  readonly nowMs: () => number;
  readonly #stamped: StampedTables;
  readonly #clock: HybridClock;
  readonly #nextId: () => Uuid;
  /** Those that were opened in this write, and of these whose record has changed: it is put at the end. */
  readonly #collections = new Map<Uuid, OpenCollection>();
  readonly #changed = new Set<OpenCollection>();
  #state: StoreState;

  constructor({ tables, clock, nowMs, nextId }: LedgerParts) {
    this.tables = tables;
    this.#stamped = new StampedTables(tables, this.after);
    this.journal = new Journal(this.#stamped, clock);
    this.codes = new CodeChanges(tables);
    this.nowMs = nowMs;
    this.#clock = clock;
    this.#nextId = nextId;
    this.#state = tables.meta.get(stateKey)!;
  }

  /** To be called once, when all else is written. */
  finish(): void {
    for (const { bytes, record } of this.#changed) this.tables.collections.put(bytes, record);
    this.codes.finish();
    this.journal.finish();
    this.#stamped.finish();
    const { last } = this.#clock;
    const stamped = last && { lastStamp: stampText(last) };
    this.tables.meta.put(stateKey, { ...this.#state, ...stamped });
  }

  addCollection(slug: string, name: string, metadata: Metadata): Collection {
    const slugKey = Buffer.from(slug);
    if (this.tables.slugs.has(slugKey)) throw new AppError('collection-exists', 'The slug is taken');
    const collection = { id: this.#nextId(), slug, name, metadata, createdAtMs: this.nowMs() };
    const made = stampText(this.journal.stamp());
    const record = { ...collection, members: 0, references: 0, stamps: { slug: made, named: made } };
    this.tables.collections.put(ownUuidBytes(collection.id), record);
    this.tables.slugs.put(slugKey, collection.id);
    this.journal.note(collection.id, 'collection', collection.id);
    return collection;
  }

  /** Throws `BeingCleared` while the collection is cleared. */
  collection(id: Uuid): OpenCollection {
    const collection = this.anyCollection(id);
    if (collection.record.clearing === 'the collection') throw collectionUnknown();
    if (collection.record.clearing) throw new BeingCleared(id);
    return collection;
  }

  /** As `collection`, also while it is cleared. */
  anyCollection(id: Uuid): OpenCollection {
    const known = this.#collections.get(id);
    if (known) return known;
    const bytes = uuidBytes(id);
    const record = bytes && this.tables.collections.get(bytes);
    if (!record) throw collectionUnknown();
    const opened = { bytes, record };
    this.#collections.set(id, opened);
    return opened;
  }

  putCollection(collection: OpenCollection, change: Partial<CollectionRecord>): void {
    collection.record = { ...collection.record, ...change };
    this.#changed.add(collection);
  }

  changeCollection(collection: OpenCollection, change: CollectionChange): Collection {
    const { id, slug, name, stamps } = collection.record;
    if (change.slug !== undefined && change.slug !== slug) {
      const slugKey = Buffer.from(change.slug);
      if (this.tables.slugs.has(slugKey)) throw new AppError('collection-exists', 'The slug is taken');
      this.tables.slugs.remove(Buffer.from(slug));
      this.tables.slugs.put(slugKey, id);
    }
    const stamp = stampText(this.journal.stamp());
    const changed = { ...collection.record, ...change };
    this.#stampCollection(collection, {
      ...change,
      stamps: {
        ...stamps,
        ...(changed.slug !== slug && { slug: stamp }),
        ...(changed.name !== name && { named: stamp }),
      },
    });
    return collectionOf(collection.record);
  }

  /** All who are members now are being taken out. */
  noteCleared(collection: OpenCollection): void {
    const cleared = stampText(this.journal.stamp());
    this.#stampCollection(collection, { stamps: { ...collection.record.stamps, cleared } });
  }

  /** Frees the slug of a collection that is about to go, and keeps what others must know of it. */
  retireCollection(collection: OpenCollection): void {
    this.tables.slugs.remove(Buffer.from(collection.record.slug));
    const removed = stampText(this.journal.stamp());
    this.#stampCollection(collection, { stamps: { ...collection.record.stamps, removed } });
    this.tables.formerCollections.put(collection.bytes, collection.record);
  }

  /** Removes the record of a collection that has neither members nor references any more. */
  removeCollection(collection: OpenCollection): void {
    this.#collections.delete(collection.record.id);
    this.#changed.delete(collection);
    this.tables.collections.remove(collection.bytes);
  }

  /** The person has lost her last place, which was in this collection. */
  removePerson(personId: Uuid, tombstone: Tombstone, collectionId: Uuid): void {
    const key = ownUuidBytes(personId);
    const person = readable(() => this.tables.persons.get(key));
    if (person) this.tables.personNumbers.remove(numberBytes(person.number));
    this.tables.persons.remove(key);
    this.putTombstone(personId, tombstone, [collectionId]);
    this.after.push({ kind: 'person-gone', personId });
  }

  /** It is noted in these collections. */
  putTombstone(personId: Uuid, tombstone: Tombstone, collectionIds: readonly Uuid[]): void {
    const stamp = stampText(this.journal.stamp());
    this.tables.tombstones.put(ownUuidBytes(personId), { ...tombstone, stamp });
    for (const id of collectionIds) this.journal.note(id, 'tombstone', personId);
  }

  nextNumber(counter: 'lastPerson' | 'lastReference'): number {
    const number = this.#state[counter] + 1;
    this.#state = { ...this.#state, [counter]: number };
    return number;
  }

  /** Templates of this model are searched from now on, and no others enrolled. */
  serveModel(modelId: string): void {
    this.#state = { ...this.#state, embedding: modelId };
  }

  /** Throws `starting` for a template of another model than the one that is searched. */
  checkModel(modelId: string): void {
    checkServing(modelId, this.#state.embedding);
  }

  /** Gives no number again that is in use. */
  skipNumber(counter: 'lastPerson' | 'lastReference', number: number): void {
    this.#state = { ...this.#state, [counter]: Math.max(this.#state[counter], number) };
  }

  /** An id that no living or former person has. */
  unusedPersonId(): Uuid {
    for (;;) {
      const id = this.#nextId();
      const key = ownUuidBytes(id);
      if (!this.tables.persons.has(key) && !this.tables.tombstones.has(key)) return id;
    }
  }

  #stampCollection(collection: OpenCollection, change: Partial<CollectionRecord>): void {
    this.putCollection(collection, change);
    this.journal.note(collection.record.id, 'collection', collection.record.id);
  }
}
