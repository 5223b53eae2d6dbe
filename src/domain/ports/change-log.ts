import type { Stamp } from '../../primitives/stamp.ts';
import type { Change } from '../change.ts';
import type { Uuid } from '../gallery.ts';
import type { SyncedRecord } from '../synced-records.ts';

/** At most so many changes are answered at once. */
export const mostChanges = 1_000;

/**
 * What was written to a gallery, in order, and the records as devices exchange them. A write and its changes are durable
 * together; both are seen when the write is acknowledged. Rejects with `collection-unknown`, `storage-failed`,
 * `record-corrupt`.
 */
export interface ChangeLog {
  /** Made once for a gallery; the device of all stamps that it gives. */
  readonly device: Uuid;
  /**
   * The changes of a collection with a stamp above `since`, or from the first, in the order of their stamps: `limit` of
   * them, and at most `mostChanges`. No write that comes later has a stamp below one that was answered.
   */
  changesSince(collectionId: Uuid, since: Stamp | undefined, limit: number): Promise<Change[]>;
  /**
   * The record of a change as it is now; `undefined` when other records tell all that is left to be told of it (a person
   * who is gone has a tombstone, a reference that went with its member is void by her membership).
   */
  findRecord(change: Pick<Change, 'collectionId' | 'entity' | 'id'>): Promise<SyncedRecord | undefined>;
}
