import { uuidAt } from '../disk/keys.ts';
import type { Snapshot } from '../disk/open-file.ts';
import { idBytes, memberKey, memberPrefix, placeKey } from '../disk/record-keys.ts';
import type { CollectionRecord } from '../disk/stamped-records.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { Scan, TableCheck } from './scan.ts';

type Counted = { members: number; references: number };

/**
 * Compares the numbers that records keep of others with what is there. Counts are only as right as what is counted, so it
 * is to be run when the rest is in order.
 */
export function countsCheck(tables: Tables): TableCheck {
  return {
    name: 'counts',
    get records() {
      return tables.memberReferences.count() + tables.memberships.count();
    },
    *run(scan) {
      const byCollection = new Map<string, Counted>();
      const countedOf = (collection: Buffer): Counted => {
        const name = collection.toString('hex');
        const counted = byCollection.get(name) ?? { members: 0, references: 0 };
        byCollection.set(name, counted);
        return counted;
      };
      yield* countReferences(tables, scan, countedOf);
      yield* countMembers(tables, scan, countedOf);
      for (const { key, value } of readableOnes(tables, scan)) {
        if (!value.clearing) compareCollection(tables, scan, { key, value, counted: countedOf(key) });
        yield;
      }
    },
  };
}

/** They lie member by member. */
function* countReferences(
  tables: Tables,
  scan: Scan,
  countedOf: (collection: Buffer) => Counted,
): Iterable<void> {
  let prefix: Buffer | undefined;
  let count = 0;
  const settle = () => {
    if (!prefix || tables.departures.has(prefix, scan.snapshot)) return;
    countedOf(prefix.subarray(0, idBytes)).references += count;
    compareMember(tables, scan, { prefix, count });
  };
  for (const key of tables.memberReferences.keys({ snapshot: scan.snapshot })) {
    const member = key.subarray(0, 2 * idBytes);
    if (!prefix?.equals(member)) {
      settle();
      prefix = Buffer.from(member);
      count = 0;
    }
    count++;
    yield;
  }
  settle();
}

function* countMembers(
  tables: Tables,
  scan: Scan,
  countedOf: (collection: Buffer) => Counted,
): Iterable<void> {
  const { memberships, memberReferences } = tables;
  for (const { openEntry } of memberships.sealedEntries({ snapshot: scan.snapshot })) {
    const entry = readable(openEntry);
    if (entry) {
      const { key, value } = entry;
      const collection = key.subarray(0, idBytes);
      countedOf(collection).members++;
      const prefix = memberPrefix(collection, value.personId);
      const [any] = memberReferences.keys({ prefix, limit: 1, snapshot: scan.snapshot });
      if (!any && value.referenceCount > 0) compareMember(tables, scan, { prefix, count: 0 });
    }
    yield;
  }
}

function compareMember(
  { memberships, places }: Tables,
  { snapshot, faults }: Scan,
  { prefix, count }: { prefix: Buffer; count: number },
): void {
  const collection = prefix.subarray(0, idBytes);
  const personId = uuidAt(prefix, idBytes);
  const memberAt = (moment?: Snapshot) => {
    const key = readable(() => places.get(placeKey(personId, collection), moment));
    return key === undefined ? undefined : memberKey(collection, key);
  };
  const at = memberAt(snapshot);
  const record = at && readable(() => memberships.get(at, snapshot));
  if (!at || !record || record.referenceCount === count) return;
  const off = count - record.referenceCount;
  const about = { personId, collectionId: uuidAt(collection) };
  const message = `The references of a member are ${Math.abs(off)} ${off > 0 ? 'more' : 'fewer'} than her record says`;
  faults.note(
    { kind: 'miscounted', table: memberships, place: memberships.place(at), message, ...about },
    () => {
      // Her key may be another by now, and this one somebody else's. What others have added or taken is in her record.
      const place = memberAt();
      const now = place && readable(() => memberships.get(place));
      if (now) memberships.put(place, { ...now, referenceCount: now.referenceCount + off });
    },
  );
}

function compareCollection(
  { collections }: Tables,
  { faults }: Scan,
  { key, value, counted }: { key: Buffer; value: CollectionRecord; counted: Counted },
): void {
  const [members, references] = [counted.members - value.members, counted.references - value.references];
  if (members === 0 && references === 0) return;
  const message = `A collection has ${counted.members} members and ${counted.references} references, and its record says otherwise`;
  const about = { collectionId: value.id };
  faults.note({ kind: 'miscounted', table: collections, place: key, message, ...about }, () => {
    const now = readable(() => collections.get(key));
    if (!now) return;
    collections.put(key, { ...now, members: now.members + members, references: now.references + references });
  });
}

function readableOnes(
  { collections }: Tables,
  { snapshot }: Scan,
): { key: Buffer; value: CollectionRecord }[] {
  const sealed = [...collections.sealedEntries({ snapshot })];
  return sealed.flatMap(({ openEntry }) => readable(openEntry) ?? []);
}
