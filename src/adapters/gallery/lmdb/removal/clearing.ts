import type { Uuid } from '../../../../domain/gallery.ts';
import { numberAt, textAt, uuidAt } from '../disk/keys.ts';
import { idBytes } from '../disk/record-keys.ts';
import { readable } from '../disk/table.ts';
import type { Clearing } from '../disk/tables.ts';
import type { Ledger, OpenCollection } from '../writing/ledger.ts';
import { leave, memberOf } from '../writing/members.ts';
import { dropReference } from '../writing/references.ts';
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
): { members: number; references: number } {
  const { ledger } = slice;
  const counts = {
    members: ledger.tables.memberships.countKeys(collection.bytes),
    references: collection.record.references,
  };
  ledger.putCollection(collection, { clearing });
  ledger.after.push({ kind: 'collection-hidden', collectionId: collection.record.id, hidden: true });
  sweepOpen(slice, collection);
  return counts;
}

/** Removes a slice of what is being cleared; tells whether nothing of it is left. */
export function sweepClearing(slice: Slice, collectionId: Uuid): boolean {
  const collection = slice.ledger.anyCollection(collectionId);
  return !collection.record.clearing || sweepOpen(slice, collection);
}

function sweepOpen(slice: Slice, collection: OpenCollection): boolean {
  const { ledger } = slice;
  const isEmpty = sweepReferences(slice, collection) && sweepMembers(slice, collection);
  if (!isEmpty) return false;
  const { clearing: _, ...record } = collection.record;
  collection.record = record;
  ledger.putCollection(collection, { references: 0 });
  ledger.after.push({ kind: 'collection-hidden', collectionId: record.id, hidden: false });
  return true;
}

/** Person by person; each leaves with her last reference. */
function sweepReferences({ ledger, isOver }: Slice, collection: OpenCollection): boolean {
  const { memberReferences } = ledger.tables;
  let removed = 0;
  const save = () => ledger.putCollection(collection, { references: collection.record.references - removed });
  for (;;) {
    const page = [...memberReferences.keys({ prefix: collection.bytes, limit: keysAtOnce })];
    if (page.length === 0) break;
    for (const [at, key] of page.entries()) {
      const prefix = key.subarray(0, personEnd);
      const personId = uuidAt(key, idBytes);
      dropReference(ledger, collection, { personId, number: numberAt(key, personEnd) });
      removed++;
      const next = page[at + 1] ?? [...memberReferences.keys({ prefix, limit: 1 })][0];
      if (!next?.subarray(0, personEnd).equals(prefix)) leaveIfThere(ledger, collection, personId);
      if (isOver()) {
        save();
        return false;
      }
    }
  }
  save();
  return true;
}

function leaveIfThere(ledger: Ledger, collection: OpenCollection, personId: Uuid): void {
  const member = readable(() => memberOf(ledger, collection, personId));
  if (member) leave(ledger, collection, { member });
}

/** Those who had no reference. */
function sweepMembers({ ledger, isOver }: Slice, collection: OpenCollection): boolean {
  if (collection.record.clearing !== 'all members') return true;
  const { memberships } = ledger.tables;
  for (;;) {
    const wish = { prefix: collection.bytes, limit: keysAtOnce };
    const page = Array.from(memberships.sealedEntries(wish), ({ key, openEntry }) => ({
      place: key,
      entry: readable(openEntry),
    }));
    if (page.length === 0) return true;
    for (const { place, entry } of page) {
      if (entry) leave(ledger, collection, { member: { ...entry.value, key: textAt(entry.key, idBytes) } });
      // Whose place it was cannot be told any more.
      else memberships.removeAt(place);
      if (isOver()) return false;
    }
  }
}
