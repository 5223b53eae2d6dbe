import { type Stamp, stampAt, stampLength, writeStamp } from '../primitives/stamp.ts';
import { ownUuidBytes, uuidAt } from '../primitives/uuid-bytes.ts';
import { AppError } from './errors.ts';
import type { Uuid } from './gallery.ts';

/** What a change can be about. The order is stored: new ones go to the end. */
export const changedEntities = ['person', 'membership', 'reference', 'collection', 'tombstone'] as const;
export type ChangedEntity = (typeof changedEntities)[number];

/**
 * One write to one record of a collection: what was written, never with what. A membership and a tombstone are named by
 * their person; a change of a person stands in each collection that she is in.
 */
export type Change = {
  readonly stamp: Stamp;
  readonly collectionId: Uuid;
  readonly entity: ChangedEntity;
  readonly id: Uuid;
};

const uuidLength = 16;

/** Collection, then stamp: in the order of these bytes a collection's changes stand together and in order of time. */
export function changeKey(collectionId: Uuid, stamp: Stamp): Buffer {
  const key = Buffer.allocUnsafe(uuidLength + stampLength);
  ownUuidBytes(collectionId).copy(key);
  writeStamp(stamp, key, uuidLength);
  return key;
}

/** A change as it is stored: its `changeKey`, and the entity (1 byte) before the id (16). */
export function encodeChange({ stamp, collectionId, entity, id }: Change): { key: Buffer; value: Buffer } {
  const value = Buffer.allocUnsafe(1 + uuidLength);
  value[0] = changedEntities.indexOf(entity);
  ownUuidBytes(id).copy(value, 1);
  return { key: changeKey(collectionId, stamp), value };
}

/** Reads what `encodeChange` wrote; throws `record-corrupt` for everything else. */
export function decodeChange(key: Buffer, value: Buffer): Change {
  const entity = changedEntities[value[0] ?? changedEntities.length];
  if (!entity || key.length !== uuidLength + stampLength || value.length !== 1 + uuidLength) {
    throw new AppError('record-corrupt', 'A change in the log is not of the stored form');
  }
  return { stamp: stampAt(key, uuidLength), collectionId: uuidAt(key), entity, id: uuidAt(value, 1) };
}
