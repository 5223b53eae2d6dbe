import type { Person, Uuid } from '../../../../domain/gallery.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import { ownUuidBytes, textAt, uuidAt } from '../disk/keys.ts';
import { foldedKey, idBytes, memberKey, memberPrefix, placeKey } from '../disk/record-keys.ts';
import { readable } from '../disk/table.ts';
import type { MembershipRecord, Tables } from '../disk/tables.ts';
import type { Fault, Repair } from './faults.ts';
import { lookUp, type Rule, type Scan } from './scan.ts';

/** Every person has a place somewhere; she would have gone with the last. */
export function hasPlace({ persons, places }: Tables): Rule<Person> {
  return ({ snapshot, faults }, { key, value: { id } }) => {
    const [place] = places.keys({ prefix: key, limit: 1, snapshot });
    if (place) return;
    const message = 'A person has lost her places: nobody finds her';
    faults.note({ kind: 'contradiction', table: persons, place: key, message, personId: id });
  };
}

/** Who was erased, has left or was merged is no person any more. */
export function isNoPerson({ persons, tombstones }: Tables): Rule<Tombstone> {
  return ({ snapshot, faults }, { key, value: { kind } }) => {
    if (!persons.has(key, snapshot)) return;
    const message = `Somebody is there of whom it is kept that she ${kind === 'left' ? 'has left' : `was ${kind}`}`;
    faults.note({ kind: 'contradiction', table: tombstones, place: key, message, personId: uuidAt(key) });
  };
}

/** Every member is a person, in a collection. What is left of one who has gone for good goes too. */
export function isSomebody(tables: Tables): Rule<MembershipRecord> {
  const { memberships, foldedKeys, places } = tables;
  return (scan, { key, value: { personId } }) => {
    const collection = key.subarray(0, idBytes);
    const whom = { personId, collection };
    if (!isMissing(tables, whom, scan.snapshot)) return;
    if (!hasGone(tables, whom, scan.snapshot)) {
      noteGone(tables, scan, whom);
      return;
    }
    const about = { personId, collectionId: uuidAt(collection) };
    const message = 'A member is nobody who is there';
    scan.faults.note(
      { kind: 'stray', table: memberships, place: memberships.place(key), message, ...about },
      () => {
        if (!isMissing(tables, whom) || !hasGone(tables, whom)) return;
        memberships.remove(key);
        foldedKeys.remove(foldedKey(collection, textAt(key, idBytes)));
        places.remove(placeKey(personId, collection));
      },
    );
  };
}

type Whom = { readonly personId: Uuid; readonly collection: Buffer };

function isMissing(
  { persons, collections }: Tables,
  { personId, collection }: Whom,
  at?: Scan['snapshot'],
): boolean {
  return !persons.has(ownUuidBytes(personId), at) || !collections.has(collection, at);
}

/** Whether it is kept that she has gone for good; else her record was lost. */
export function hasGone({ tombstones }: Tables, { personId }: Whom, at?: Scan['snapshot']): boolean {
  return tombstones.has(ownUuidBytes(personId), at);
}

function noteGone(
  { persons, collections }: Tables,
  { snapshot, faults }: Scan,
  { personId, collection }: Whom,
): void {
  const place = ownUuidBytes(personId);
  const about = { personId, collectionId: uuidAt(collection) };
  if (!persons.has(place, snapshot)) {
    const message = 'The record of a person is gone: nobody finds her';
    faults.note({ kind: 'missing', table: persons, place, message, ...about });
  } else {
    const message = 'The record of a collection is gone: nobody finds who is in it';
    faults.note({ kind: 'missing', table: collections, place: collection, message, ...about });
  }
}

/**
 * Every place is a membership's. One that is gone or damaged is made anew from the place, which knows person, collection and
 * key; the number of references is counted.
 */
export function hasMembership(tables: Tables): Rule<string> {
  const { memberships, places } = tables;
  return (scan, { key: place, value: key }) => {
    const { snapshot, faults } = scan;
    const [personId, collection] = [uuidAt(place), place.subarray(idBytes)];
    const at = memberKey(collection, key);
    const record = lookUp(memberships, at, snapshot);
    if (record !== undefined && record !== 'damaged' && record.personId === personId) return;
    const about = { personId, collectionId: uuidAt(collection) };
    const whom = { personId, collection };
    if (isMissing(tables, whom, snapshot) && !hasGone(tables, whom, snapshot)) {
      noteGone(tables, scan, whom);
      return;
    }
    if (isMissing(tables, whom, snapshot) || (record !== undefined && record !== 'damaged')) {
      const message = "A place is nobody's, or somebody else has its key";
      faults.note({ kind: 'stray', table: places, place, message, ...about }, strayPlace(tables, place));
      return;
    }
    const kind = record === undefined ? 'missing' : 'damaged';
    const message = `The membership of a person is ${record === undefined ? 'gone' : 'damaged'}`;
    const fault: Fault = { kind, table: memberships, place: memberships.place(at), message, ...about };
    faults.note(fault, membershipAnew(tables, { personId, collection, key }));
  };
}

function membershipAnew(
  { memberships, memberReferences, places, persons }: Tables,
  { personId, collection, key }: { personId: Uuid; collection: Buffer; key: string },
): Repair {
  return () => {
    const at = memberKey(collection, key);
    const now = lookUp(memberships, at);
    const isHers = readable(() => places.get(placeKey(personId, collection))) === key;
    if ((now !== undefined && now !== 'damaged') || !isHers || !persons.has(ownUuidBytes(personId))) return;
    const referenceCount = memberReferences.countKeys(memberPrefix(collection, personId));
    memberships.put(at, { personId, referenceCount });
  };
}

/** Only one who has nothing there loses her place to another. */
function strayPlace(tables: Tables, place: Buffer): Repair {
  const { memberships, places, memberReferences } = tables;
  return () => {
    const key = readable(() => places.get(place));
    const [personId, collection] = [uuidAt(place), place.subarray(idBytes)];
    const record = key === undefined ? undefined : lookUp(memberships, memberKey(collection, key));
    if (key === undefined || record === 'damaged' || record?.personId === personId) return;
    const [reference] = memberReferences.keys({ prefix: memberPrefix(collection, personId), limit: 1 });
    if (hasGone(tables, { personId, collection }) || !reference) places.remove(place);
  };
}

/** Who leaves a collection leaves one that is there. */
export function isOfCollection({ collections, departures }: Tables): Rule<true> {
  return ({ snapshot, faults }, { key }) => {
    const collection = key.subarray(0, idBytes);
    if (collections.has(collection, snapshot)) return;
    const message = 'Somebody is leaving a collection that is gone';
    faults.note({ kind: 'stray', table: departures, place: key, message }, () => {
      if (!collections.has(collection)) departures.remove(key);
    });
  };
}
