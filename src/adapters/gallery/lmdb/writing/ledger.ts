import { AppError } from '../../../../domain/errors.ts';
import type { Collection, CollectionChange, Metadata, Person, Uuid } from '../../../../domain/gallery.ts';
import { collectionUnknown } from '../../../../domain/gallery-rules.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import { numberBytes, ownUuidBytes, uuidBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import {
  type CollectionRecord,
  collectionOf,
  type StoreState,
  stateKey,
  type Tables,
} from '../disk/tables.ts';
import type { AfterCommit } from './after-commit.ts';

export type LedgerParts = {
  readonly tables: Tables;
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
  readonly nowMs: () => number;
  readonly #nextId: () => Uuid;

  constructor({ tables, nowMs, nextId }: LedgerParts) {
    this.tables = tables;
    this.nowMs = nowMs;
    this.#nextId = nextId;
  }

  addCollection(slug: string, name: string, metadata: Metadata): Collection {
    const slugKey = Buffer.from(slug);
    if (this.tables.slugs.has(slugKey)) throw new AppError('collection-exists', 'The slug is taken');
    const collection = { id: this.#nextId(), slug, name, metadata, createdAtMs: this.nowMs() };
    this.tables.collections.put(ownUuidBytes(collection.id), { ...collection, members: 0, references: 0 });
    this.tables.slugs.put(slugKey, collection.id);
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
    const bytes = uuidBytes(id);
    const record = bytes && this.tables.collections.get(bytes);
    if (!record) throw collectionUnknown();
    return { bytes, record };
  }

  putCollection(collection: OpenCollection, change: Partial<CollectionRecord>): void {
    collection.record = { ...collection.record, ...change };
    this.tables.collections.put(collection.bytes, collection.record);
  }

  changeCollection(collection: OpenCollection, change: CollectionChange): Collection {
    const { id, slug } = collection.record;
    if (change.slug !== undefined && change.slug !== slug) {
      const slugKey = Buffer.from(change.slug);
      if (this.tables.slugs.has(slugKey)) throw new AppError('collection-exists', 'The slug is taken');
      this.tables.slugs.remove(Buffer.from(slug));
      this.tables.slugs.put(slugKey, id);
    }
    this.putCollection(collection, change);
    return collectionOf(collection.record);
  }

  /** Frees the slug of a collection that is about to go. */
  giveSlugBack({ record }: OpenCollection): void {
    this.tables.slugs.remove(Buffer.from(record.slug));
  }

  /** Removes the record of a collection that has neither members nor references any more. */
  removeCollection({ bytes }: OpenCollection): void {
    this.tables.collections.remove(bytes);
  }

  putPerson(person: Person): void {
    this.tables.persons.put(ownUuidBytes(person.id), person);
    const number = numberBytes(person.number);
    if (!this.tables.personNumbers.has(number)) this.tables.personNumbers.put(number, person.id);
    this.after.push({ kind: 'person', person });
  }

  /** The person has lost her last place. */
  removePerson(personId: Uuid, tombstone: Tombstone): void {
    const key = ownUuidBytes(personId);
    const person = readable(() => this.tables.persons.get(key));
    if (person) this.tables.personNumbers.remove(numberBytes(person.number));
    this.tables.persons.remove(key);
    this.putTombstone(personId, tombstone);
    this.after.push({ kind: 'person-gone', personId });
  }

  putTombstone(personId: Uuid, tombstone: Tombstone): void {
    this.tables.tombstones.put(ownUuidBytes(personId), tombstone);
  }

  nextNumber(counter: 'lastPerson' | 'lastReference'): number {
    const state: StoreState = this.tables.meta.get(stateKey)!;
    this.tables.meta.put(stateKey, { ...state, [counter]: state[counter] + 1 });
    return state[counter] + 1;
  }

  /** An id that no living or former person has. */
  unusedPersonId(): Uuid {
    for (;;) {
      const id = this.#nextId();
      const key = ownUuidBytes(id);
      if (!this.tables.persons.has(key) && !this.tables.tombstones.has(key)) return id;
    }
  }
}
