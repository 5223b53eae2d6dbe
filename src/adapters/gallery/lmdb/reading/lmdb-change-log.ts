import { type Change, changeKey, decodeChange } from '../../../../domain/change.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { collectionUnknown } from '../../../../domain/gallery-rules.ts';
import { syncedReference } from '../../../../domain/journal.ts';
import { type ChangeLog, mostChanges } from '../../../../domain/ports/change-log.ts';
import type { SyncedRecord } from '../../../../domain/synced-records.ts';
import type { Stamp } from '../../../../primitives/stamp.ts';
import { uuidBytes } from '../disk/keys.ts';
import { placeKey, referenceKey } from '../disk/record-keys.ts';
import {
  type CollectionRecord,
  syncedCollection,
  syncedPerson,
  syncedTombstone,
} from '../disk/stamped-records.ts';
import type { Tables } from '../disk/tables.ts';

/** Reads the changes and the records' stamps that every write of the LMDB gallery leaves beside them. */
export class LmdbChangeLog implements ChangeLog {
  readonly device: Uuid;
  readonly #tables: Tables;

  constructor(tables: Tables, device: Uuid) {
    this.#tables = tables;
    this.device = device;
  }

  async changesSince(collectionId: Uuid, since: Stamp | undefined, limit: number): Promise<Change[]> {
    const prefix = this.#prefix(collectionId);
    const wish = { prefix, limit: Math.min(limit, mostChanges) };
    const after = since && { after: changeKey(collectionId, since) };
    return Array.from(this.#tables.changes.entries({ ...wish, ...after }), ({ key, value }) =>
      decodeChange(key, value),
    );
  }

  async findRecord({
    collectionId,
    entity,
    id,
  }: Pick<Change, 'collectionId' | 'entity' | 'id'>): Promise<SyncedRecord | undefined> {
    const collection = this.#prefix(collectionId);
    const key = uuidBytes(id);
    if (!key) return undefined;
    switch (entity) {
      case 'collection': {
        const record = id === collectionId ? this.#collection(key) : undefined;
        return record && { entity, record: syncedCollection(record) };
      }
      case 'person': {
        const record = this.#tables.persons.get(key);
        return record && { entity, record: syncedPerson(record) };
      }
      case 'membership': {
        const stamps = this.#tables.memberStamps.get(placeKey(id, collection));
        return stamps && { entity, record: { collectionId, personId: id, ...stamps } };
      }
      case 'reference': {
        const stamps = this.#tables.referenceStamps.get(key);
        if (stamps?.collectionId !== collectionId) return undefined;
        const notes = this.#tables.references.get(referenceKey(collection, stamps.number));
        return { entity, record: syncedReference({ id, ...stamps }, notes) };
      }
      case 'tombstone': {
        const record = this.#tables.tombstones.get(key);
        return record && { entity, record: syncedTombstone(id, record) };
      }
    }
  }

  /** The bytes that the keys of a collection's changes start with. */
  #prefix(collectionId: Uuid): Buffer {
    const bytes = uuidBytes(collectionId);
    if (!bytes || !this.#collection(bytes)) throw collectionUnknown();
    return bytes;
  }

  #collection(bytes: Buffer): CollectionRecord | undefined {
    return this.#tables.collections.get(bytes) ?? this.#tables.formerCollections.get(bytes);
  }
}
