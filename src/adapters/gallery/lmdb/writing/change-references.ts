import { eachItem } from '../../../../domain/each-item.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { checkCount, checkNotes } from '../../../../domain/gallery-bounds.ts';
import { checkKey, listedReference, referenceUnknown } from '../../../../domain/gallery-rules.ts';
import type { ListedReference, ReferenceChange } from '../../../../domain/ports/gallery.ts';
import { referenceKey, textKey } from '../disk/record-keys.ts';
import type { ReferenceRecord } from '../disk/tables.ts';
import type { Reader } from '../reading/reader.ts';
import { type EnrolParts, requirePerson, withPictures } from './enrol.ts';
import type { Ledger, OpenCollection } from './ledger.ts';
import { addToMember, findMember, findMemberOf, giveReference, memberFor, memberOf } from './members.ts';
import {
  faceOf,
  findReference,
  findSibling,
  putReference,
  removeReference,
  takeFromMember,
} from './references.ts';

type Change<K extends ReferenceChange['kind']> = Extract<ReferenceChange, { readonly kind: K }>;
/** What a copy has of its own; its picture is written before. */
type Copied = { readonly id: Uuid; readonly picture?: Uint8Array };
type Open = { readonly collection: OpenCollection; readonly record: ReferenceRecord };

/** Makes all changes in one write, or none. */
export async function changeReferences(
  parts: EnrolParts,
  changes: readonly ReferenceChange[],
): Promise<ListedReference[]> {
  checkCount(changes);
  const kept = changes.map((change) => structuredClone(change));
  const copies = new Map<ReferenceChange, Copied>();
  eachItem(kept, (change) => {
    check(parts.reader, change);
    if (change.kind === 'copy') copies.set(change, copied(parts, change));
  });
  return withPictures(parts, [...copies.values()], async () => {
    const { result } = await parts.removals.commitWhenCleared((ledger) =>
      eachItem(kept, (change) => makeChange(ledger, parts.reader, { change, copy: copies.get(change) })),
    );
    return result;
  });
}

function check(reader: Reader, change: ReferenceChange): void {
  reader.prefix(change.collectionId);
  if (change.kind === 'copy') reader.prefix(change.to);
  if (change.kind === 'describe') checkNotes(change);
  else if (change.kind !== 'remove' && change.key != null) checkKey(change.key);
}

function copied({ reader, nextId }: EnrolParts, { collectionId, referenceId }: Change<'copy'>): Copied {
  const picture = reader.readPicture(collectionId, referenceId);
  return { id: nextId(), ...(picture && { picture }) };
}

function makeChange(
  ledger: Ledger,
  reader: Reader,
  { change, copy }: { change: ReferenceChange; copy: Copied | undefined },
): ListedReference {
  const collection = ledger.collection(change.collectionId);
  const record = findReference(ledger, collection, change.referenceId);
  if (!record) throw referenceUnknown();
  const open = { collection, record };
  switch (change.kind) {
    case 'describe':
      return describe(ledger, open, change);
    case 'move':
      requirePerson(reader, change.personId);
      return move(ledger, open, change);
    case 'copy':
      return addSibling(ledger, open, { ...change, ...copy! });
    case 'remove':
      return removeReference(ledger, collection, record);
  }
}

function describe(ledger: Ledger, { collection, record }: Open, change: Change<'describe'>): ListedReference {
  const { text = record.text, metadata = record.metadata } = change;
  const { texts, references } = ledger.tables;
  const { number, faceNumber } = record;
  if (record.text !== '') texts.remove(textKey(collection.bytes, record.text, faceNumber));
  if (text !== '') texts.put(textKey(collection.bytes, text, faceNumber), true);
  const described = { ...record, text, metadata };
  references.put(referenceKey(collection.bytes, number), described);
  ledger.journal.describeReference(record);
  return { ...described, key: memberOf(ledger, collection, record.personId).key };
}

function move(
  ledger: Ledger,
  { collection, record }: Open,
  { key, personId }: Change<'move'>,
): ListedReference {
  const { number } = record;
  const heir = memberFor(ledger, collection, { key, personId, number, gets: 0 });
  if (heir.personId === record.personId) return { ...record, key: heir.key };
  const given = giveReference(ledger, collection, { number, personId: heir.personId });
  ledger.journal.giveReference(given);
  addToMember(ledger, collection, heir);
  takeFromMember(ledger, collection, memberOf(ledger, collection, record.personId));
  return { ...given, key: heir.key };
}

function addSibling(
  ledger: Ledger,
  { collection, record }: Open,
  { to, key, id, picture }: Change<'copy'> & Copied,
): ListedReference {
  const target = ledger.collection(to);
  const there = findSibling(ledger, target, record.faceNumber);
  if (there) return { ...there, key: memberOf(ledger, target, there.personId).key };
  const { personId } = record;
  const number = ledger.nextNumber('lastReference');
  const wanted = key ?? freeKey(ledger, target, memberOf(ledger, collection, personId).key);
  const known = findMemberOf(ledger, target, personId);
  const member = known
    ? addToMember(ledger, target, known)
    : memberFor(ledger, target, { key: wanted, personId, number, gets: 1 });
  const hasPicture = picture !== undefined;
  const sibling = { ...record, id, number, collectionId: to, hasPicture, createdAtMs: ledger.nowMs() };
  putReference(ledger, target, { ...sibling, ...faceOf(ledger, record) });
  ledger.putCollection(target, { references: target.record.references + 1 });
  return listedReference({ ...sibling, key: member.key });
}

function freeKey(ledger: Ledger, collection: OpenCollection, key: string): string | null {
  return findMember(ledger, collection, key) ? null : key;
}
