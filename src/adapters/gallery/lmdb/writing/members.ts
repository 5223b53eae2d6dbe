import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import {
  automaticKey,
  longestKey,
  newPerson,
  personExists,
  personUnknown,
} from '../../../../domain/gallery-rules.ts';
import type { Ending } from '../../../../domain/place-events.ts';
import type { KeyWish } from '../../../../domain/ports/gallery.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import { numberAt, numberBytes, ownUuidBytes } from '../disk/keys.ts';
import {
  foldedKey,
  idBytes,
  memberKey,
  memberPrefix,
  memberReferenceKey,
  placeKey,
  referenceKey,
} from '../disk/record-keys.ts';
import type { MembershipRecord, ReferenceRecord } from '../disk/tables.ts';
import { type Ledger, type OpenCollection, StillLeaving } from './ledger.ts';

/** A member as a write sees it. */
export type Member = MembershipRecord & { readonly key: string };

export function findMember({ tables }: Ledger, collection: OpenCollection, key: string): Member | undefined {
  if (key.length > longestKey) return undefined;
  const record = tables.memberships.get(memberKey(collection.bytes, key));
  return record && { ...record, key };
}

/** As `findMember`; `person-unknown` when there is none. */
export function getMember(ledger: Ledger, collection: OpenCollection, key: string): Member {
  const member = findMember(ledger, collection, key);
  if (!member) throw personUnknown();
  return member;
}

/** The member that a person is in this collection; `record-corrupt` when she has no place there. */
export function memberOf(ledger: Ledger, collection: OpenCollection, personId: Uuid): Member {
  const key = ledger.tables.places.get(placeKey(personId, collection.bytes));
  const member = key === undefined ? undefined : findMember(ledger, collection, key);
  if (!member) throw new AppError('record-corrupt', 'A person has a reference where she has no place');
  return member;
}

/** As `memberOf`, of one who need not have a place there. */
export function findMemberOf(ledger: Ledger, collection: OpenCollection, personId: Uuid): Member | undefined {
  return ledger.tables.places.has(placeKey(personId, collection.bytes))
    ? memberOf(ledger, collection, personId)
    : undefined;
}

/** Makes a person and gives her a place, and as many references as are about to be written. */
export function addMember(
  ledger: Ledger,
  collection: OpenCollection,
  { key, referenceCount }: { key: string; referenceCount: number },
): Member {
  const personId = ledger.unusedPersonId();
  const number = ledger.nextNumber('lastPerson');
  ledger.journal.addPerson(newPerson({ id: personId, number, key, createdAtMs: ledger.nowMs() }));
  return placeMember(ledger, collection, { key, personId, referenceCount });
}

/**
 * Gives somebody who has no place here one under a key that nobody has. Throws `StillLeaving` while references of hers
 * go that she had here before.
 */
export function placeMember(ledger: Ledger, collection: OpenCollection, member: Member): Member {
  const { key, personId } = member;
  if (ledger.tables.departures.has(memberPrefix(collection.bytes, personId)))
    throw new StillLeaving(collection.record.id, personId);
  putMember(ledger, collection, member);
  putPlace(ledger, collection, member);
  ledger.putCollection(collection, { members: collection.record.members + 1 });
  ledger.journal.place({ collectionId: collection.record.id, personId, key });
  return member;
}

/** Whom a face goes to; `number` is the face's, for an automatic key. She has as many references more as she `gets`. */
export type MemberWish = {
  readonly key: KeyWish;
  /** Of somebody who is there for those who read. */
  readonly personId?: Uuid | undefined;
  readonly isNew?: boolean | undefined;
  readonly isMember?: boolean | undefined;
  readonly number: number;
  readonly gets: 0 | 1;
};

/** The member who is wished for: found, placed or made. */
export function memberFor(
  ledger: Ledger,
  collection: OpenCollection,
  { key, personId, isNew, isMember, number, gets }: MemberWish,
): Member {
  const holder = key === null ? undefined : findMember(ledger, collection, key);
  const member = personId === undefined ? holder : findMemberOf(ledger, collection, personId);
  if (member && isNew) throw personExists();
  if (member) return gets === 0 ? member : addToMember(ledger, collection, member);
  if (isMember) throw personUnknown();
  if (holder) throw personExists();
  const free = key ?? automaticKey(number, (taken) => findMember(ledger, collection, taken) !== undefined);
  return personId === undefined
    ? addMember(ledger, collection, { key: free, referenceCount: gets })
    : placeMember(ledger, collection, { key: free, personId, referenceCount: gets });
}

/** Counts one more reference of a member; the collection's number of references is the caller's part. */
export function addToMember(ledger: Ledger, collection: OpenCollection, member: Member): Member {
  const counted = { ...member, referenceCount: member.referenceCount + 1 };
  putMember(ledger, collection, counted);
  return counted;
}

/** Writes the record of a member who has her place under that key, or gets it. */
export function putMember({ tables }: Ledger, collection: OpenCollection, member: Member): void {
  const { key, ...record } = member;
  tables.memberships.put(memberKey(collection.bytes, key), record);
}

function putPlace({ tables }: Ledger, collection: OpenCollection, { key, personId }: Member): void {
  tables.foldedKeys.put(foldedKey(collection.bytes, key), true);
  tables.places.put(placeKey(personId, collection.bytes), key);
}

export function renameMember(
  ledger: Ledger,
  collection: OpenCollection,
  { from, to }: { from: Member; to: string },
): void {
  removePlace(ledger, collection, from);
  putMember(ledger, collection, { ...from, key: to });
  putPlace(ledger, collection, { ...from, key: to });
  const place = { collectionId: collection.record.id, personId: from.personId };
  ledger.journal.rekey(place, { from: from.key, to });
}

/** All that `member` has in this collection becomes `heir`'s, and she leaves. */
export function mergeMember(
  ledger: Ledger,
  collection: OpenCollection,
  { member, heir }: { member: Member; heir: Member },
): void {
  const { tables } = ledger;
  const { personId } = heir;
  const prefix = memberPrefix(collection.bytes, member.personId);
  for (const number of Array.from(tables.memberReferences.keys({ prefix }), numberOf)) {
    giveReference(ledger, collection, { number, personId });
  }
  const referenceCount = heir.referenceCount + member.referenceCount;
  putMember(ledger, collection, { ...heir, referenceCount });
  leave(ledger, collection, { member, ending: { kind: 'merged', heirId: personId } });
}

/** Makes a reference another person's; the counts of both are the caller's part. Answers its record. */
export function giveReference(
  { tables, codes, after }: Ledger,
  collection: OpenCollection,
  { number, personId }: { number: number; personId: Uuid },
): ReferenceRecord {
  const at = referenceKey(collection.bytes, number);
  const record = tables.references.get(at);
  const row = tables.templates.get(numberBytes(number));
  if (!record || !row) throw new AppError('record-corrupt', 'A reference lacks its record or template');
  const given = { ...record, personId };
  tables.references.put(at, given);
  tables.templates.put(numberBytes(number), { ...row, personId });
  codes.give(number, personId);
  tables.memberReferences.remove(memberReferenceKey(collection.bytes, record.personId, number));
  tables.memberReferences.put(memberReferenceKey(collection.bytes, personId, number), true);
  after.push({ kind: 'row-moved', number, personId });
  return given;
}

/** Takes a member's place away, not her references; the person goes with her last place. */
export function leave(
  ledger: Ledger,
  collection: OpenCollection,
  leaving: { member: Member; ending: Ending },
): void {
  leaveUncounted(ledger, collection, leaving);
  ledger.putCollection(collection, { members: collection.record.members - 1 });
}

/** As `leave`; the collection's number of members is the caller's part. */
export function leaveUncounted(
  ledger: Ledger,
  collection: OpenCollection,
  { member, ending }: { member: Member; ending: Ending },
): void {
  const { personId } = member;
  const collectionId = collection.record.id;
  removePlace(ledger, collection, member);
  ledger.journal.leave({ collectionId, personId }, ending);
  const [elsewhere] = ledger.tables.places.keys({ prefix: ownUuidBytes(personId), limit: 1 });
  if (elsewhere) return;
  const atMs = ledger.nowMs();
  const tombstone: Tombstone =
    ending.kind === 'merged' ? { kind: 'merged', atMs, heirId: ending.heirId } : { kind: 'left', atMs };
  ledger.removePerson(personId, tombstone, collectionId);
}

function removePlace({ tables }: Ledger, collection: OpenCollection, { key, personId }: Member): void {
  tables.memberships.remove(memberKey(collection.bytes, key));
  tables.foldedKeys.remove(foldedKey(collection.bytes, key));
  tables.places.remove(placeKey(personId, collection.bytes));
}

function numberOf(memberReference: Buffer): number {
  return numberAt(memberReference, 2 * idBytes);
}
