import type { CollectionCounts, Uuid } from '../../../../domain/gallery.ts';
import { numberAt, ownUuidBytes, textAt, uuidAt } from '../disk/keys.ts';
import { idBytes } from '../disk/record-keys.ts';
import type { Clearing } from '../disk/stamped-records.ts';
import { readable } from '../disk/table.ts';
import type { Ledger, OpenCollection } from '../writing/ledger.ts';
import { leaveUncounted, memberOf } from '../writing/members.ts';
import { dropReference } from '../writing/references.ts';
import { endDepartures } from './departure.ts';
import type { Slice } from './slice.ts';

const keysAtOnce = 64;
const personEnd = 2 * idBytes;

/**
 * Empties a collection for its readers, and removes a first slice; a small one is done with that. Those who write to it
 * wait for the last slice.
 */
export function beginClearing(
  slice: Slice,
  collection: OpenCollection,
  clearing: Clearing,
): CollectionCounts {
  const { ledger } = slice;
  const { members, references } = collection.record;
  ledger.putCollection(collection, { clearing });
  if (clearing !== 'members with references') ledger.noteCleared(collection);
  if (clearing === 'the collection') ledger.retireCollection(collection);
  ledger.after.push({ kind: 'collection-hidden', collectionId: collection.record.id, hidden: true });
  sweepOpen(slice, collection);
  return { members, references };
}

/** Removes a slice of what is being cleared; tells whether nothing of it is left. */
export function sweepClearing(slice: Slice, collectionId: Uuid): boolean {
  // Another may have removed the last slice.
  if (!slice.ledger.tables.collections.has(ownUuidBytes(collectionId))) return true;
  const collection = slice.ledger.anyCollection(collectionId);
  return !collection.record.clearing || sweepOpen(slice, collection);
}

function sweepOpen(slice: Slice, collection: OpenCollection): boolean {
  const { ledger } = slice;
  const isEmpty = sweepReferences(slice, collection) && sweepMembers(slice, collection);
  if (!isEmpty) return false;
  const { clearing, ...record } = collection.record;
  if (clearing === 'the collection') {
    endDepartures(ledger, collection);
    ledger.removeCollection(collection);
  } else {
    collection.record = record;
    ledger.putCollection(collection, { references: 0, ...(clearing === 'all members' && { members: 0 }) });
  }
  ledger.after.push({ kind: 'collection-hidden', collectionId: record.id, hidden: false });
  return true;
}

/** Person by person; each leaves with her last reference. */
function sweepReferences({ ledger, isOver }: Slice, collection: OpenCollection): boolean {
  const { memberReferences } = ledger.tables;
  const withMember = endingOf(collection) === 'cleared';
  let removed = 0;
  let left = 0;
  const save = () => {
    const { references, members } = collection.record;
    ledger.putCollection(collection, { references: references - removed, members: members - left });
  };
  for (;;) {
    const page = [...memberReferences.keys({ prefix: collection.bytes, limit: keysAtOnce })];
    if (page.length === 0) break;
    for (const [at, key] of page.entries()) {
      const prefix = key.subarray(0, personEnd);
      const personId = uuidAt(key, idBytes);
      dropReference(ledger, collection, { personId, number: numberAt(key, personEnd), withMember });
      removed++;
      const next = page[at + 1] ?? [...memberReferences.keys({ prefix, limit: 1 })][0];
      if (!next?.subarray(0, personEnd).equals(prefix)) left += leaveIfThere(ledger, collection, personId);
      if (isOver()) {
        save();
        return false;
      }
    }
  }
  save();
  return true;
}

/** How many left. */
function leaveIfThere(ledger: Ledger, collection: OpenCollection, personId: Uuid): 0 | 1 {
  const member = readable(() => memberOf(ledger, collection, personId));
  if (!member) return 0;
  leaveUncounted(ledger, collection, { member, ending: { kind: endingOf(collection) } });
  return 1;
}

function endingOf({ record }: OpenCollection): 'cleared' | 'emptied' {
  return record.clearing === 'members with references' ? 'emptied' : 'cleared';
}

/** Those who had no reference; nobody is left to be counted. */
function sweepMembers({ ledger, isOver }: Slice, collection: OpenCollection): boolean {
  if (collection.record.clearing === 'members with references') return true;
  const { memberships } = ledger.tables;
  for (;;) {
    const wish = { prefix: collection.bytes, limit: keysAtOnce };
    const page = Array.from(memberships.sealedEntries(wish), ({ key, openEntry }) => ({
      place: key,
      entry: readable(openEntry),
    }));
    if (page.length === 0) return true;
    for (const { place, entry } of page) {
      if (entry) {
        const member = { ...entry.value, key: textAt(entry.key, idBytes) };
        leaveUncounted(ledger, collection, { member, ending: { kind: 'cleared' } });
        // Whose place it was cannot be told any more.
      } else memberships.removeAt(place);
      if (isOver()) return false;
    }
  }
}
