import type { Change } from '../../../domain/change.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { collectionUnknown } from '../../../domain/gallery-rules.ts';
import { syncedReference } from '../../../domain/journal.ts';
import { type ChangeLog, mostChanges } from '../../../domain/ports/change-log.ts';
import type { SyncedRecord } from '../../../domain/synced-records.ts';
import { compareStamps, type Stamp } from '../../../primitives/stamp.ts';
import type { MemoryRecords } from './memory-records.ts';

/** The changes of a gallery in memory: a plain list. */
export class MemoryChangeLog implements ChangeLog {
  readonly device: Uuid;
  readonly #records: MemoryRecords;

  constructor(records: MemoryRecords, device: Uuid) {
    this.#records = records;
    this.device = device;
  }

  async changesSince(collectionId: Uuid, since: Stamp | undefined, limit: number): Promise<Change[]> {
    this.#check(collectionId);
    return this.#records.stamps.changes
      .filter((change) => change.collectionId === collectionId)
      .filter(({ stamp }) => !since || compareStamps(stamp, since) > 0)
      .slice(0, Math.min(limit, mostChanges));
  }

  async findRecord(
    change: Pick<Change, 'collectionId' | 'entity' | 'id'>,
  ): Promise<SyncedRecord | undefined> {
    const { collectionId, entity, id } = change;
    const { stamps } = this.#records;
    this.#check(collectionId);
    switch (entity) {
      case 'collection':
        return told(entity, id === collectionId ? stamps.collections.get(id) : undefined);
      case 'person':
        return told(entity, stamps.person(id));
      case 'membership':
        return told(entity, stamps.membership({ collectionId, personId: id }));
      case 'reference': {
        const stamped = stamps.reference(id);
        if (stamped?.collectionId !== collectionId) return undefined;
        const held = this.#records.held.find(({ reference }) => reference.id === id);
        return { entity, record: syncedReference(stamped, held?.reference) };
      }
      case 'tombstone':
        return told(entity, stamps.tombstone(id));
    }
  }

  #check(collectionId: Uuid): void {
    if (!this.#records.stamps.collections.has(collectionId)) throw collectionUnknown();
  }
}

function told<R extends SyncedRecord>(entity: R['entity'], record: R['record'] | undefined): R | undefined {
  return record && ({ entity, record } as R);
}
