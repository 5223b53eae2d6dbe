import type { Uuid } from '../../../../domain/gallery.ts';
import type { Ending } from '../../../../domain/place-events.ts';
import { numberAt, ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { idBytes, memberPrefix } from '../disk/record-keys.ts';
import type { Tables } from '../disk/tables.ts';
import type { Ledger, OpenCollection } from '../writing/ledger.ts';
import { leave, type Member, memberOf } from '../writing/members.ts';
import { dropReference } from '../writing/references.ts';
import type { Slice } from './slice.ts';

const keysAtOnce = 64;

/** A member who has left: her place is gone, her references there are going. */
export type Departure = { readonly collectionId: Uuid; readonly personId: Uuid };

/**
 * Takes a member out of the collection for all who read, and removes a first slice of her references; with few she is
 * gone. Nobody waits for the rest, and her key is free at once. Tells how many references she had.
 */
export function beginDeparture(
  slice: Slice,
  collection: OpenCollection,
  { member, ending }: { member: Member; ending: Ending },
): number {
  const { ledger } = slice;
  const { personId, referenceCount } = member;
  ledger.putCollection(collection, { references: collection.record.references - referenceCount });
  // Before the person goes: her faces must not take the places of others among the hits.
  hide(ledger, collection, { personId, hidden: true });
  leave(ledger, collection, { member, ending });
  ledger.tables.departures.put(memberPrefix(collection.bytes, personId), true);
  sweepOpen(slice, collection, personId);
  return referenceCount;
}

/** Of one who is being erased, `beginDeparture` from all of her places; counts no references where they were being cleared anyway. */
export function beginDepartures(slice: Slice, personId: Uuid): number {
  const { ledger } = slice;
  let references = 0;
  for (const place of [...ledger.tables.places.keys({ prefix: ownUuidBytes(personId) })]) {
    const collection = ledger.anyCollection(uuidAt(place, idBytes));
    const member = memberOf(ledger, collection, personId);
    const removed = beginDeparture(slice, collection, { member, ending: { kind: 'erased' } });
    if (!collection.record.clearing) references += removed;
  }
  return references;
}

/** Removes a slice of what a member left behind; tells whether nothing of it is left. */
export function sweepDeparture(slice: Slice, { collectionId, personId }: Departure): boolean {
  const { ledger } = slice;
  // A collection that was removed has taken it along.
  if (!ledger.tables.departures.has(memberPrefix(ownUuidBytes(collectionId), personId))) return true;
  return sweepOpen(slice, ledger.anyCollection(collectionId), personId);
}

/** Notes that nothing is left of those who have left a collection, for nothing is left of it. */
export function endDepartures(ledger: Ledger, collection: OpenCollection): void {
  for (const key of [...ledger.tables.departures.keys({ prefix: collection.bytes })])
    endDeparture(ledger, collection, uuidAt(key, idBytes));
}

export function departures({ departures: table }: Tables): Departure[] {
  return Array.from(table.keys(), (key) => ({ collectionId: uuidAt(key), personId: uuidAt(key, idBytes) }));
}

function sweepOpen({ ledger, isOver }: Slice, collection: OpenCollection, personId: Uuid): boolean {
  const prefix = memberPrefix(collection.bytes, personId);
  for (;;) {
    const page = [...ledger.tables.memberReferences.keys({ prefix, limit: keysAtOnce })];
    if (page.length === 0) break;
    for (const key of page) {
      dropReference(ledger, collection, { personId, number: numberAt(key, prefix.length), withMember: true });
      if (isOver()) return false;
    }
  }
  endDeparture(ledger, collection, personId);
  return true;
}

function endDeparture(ledger: Ledger, collection: OpenCollection, personId: Uuid): void {
  ledger.tables.departures.remove(memberPrefix(collection.bytes, personId));
  hide(ledger, collection, { personId, hidden: false });
}

function hide(
  ledger: Ledger,
  { record: { id: collectionId } }: OpenCollection,
  member: { personId: Uuid; hidden: boolean },
): void {
  ledger.after.push({ kind: 'member-hidden', collectionId, ...member });
}
