import { AppError } from '../../../../domain/errors.ts';
import type { NewReference, Reference, Uuid } from '../../../../domain/gallery.ts';
import {
  checkVector,
  listedReference,
  newReference,
  referenceUnknown,
} from '../../../../domain/gallery-rules.ts';
import type { EnrolOptions, KeyedReference, ListedReference } from '../../../../domain/ports/gallery.ts';
import { numberBytes, ownUuidBytes, uuidBytes } from '../disk/keys.ts';
import { memberPrefix, memberReferenceKey, referenceKey, textKey } from '../disk/record-keys.ts';
import type { CollectionRecord } from '../disk/stamped-records.ts';
import { readable } from '../disk/table.ts';
import type { ReferenceRecord } from '../disk/tables.ts';
import { codeOf } from '../finder/codes.ts';
import { currentTemplate } from '../reading/current-template.ts';
import { type Ledger, type OpenCollection, StillLeaving } from './ledger.ts';
import { leave, type Member, type MemberWish, memberFor, memberOf, putMember } from './members.ts';

/** A face with its id; the person who is named has been looked up. */
export type Enrolment = NewReference & { readonly id: Uuid } & Pick<
    MemberWish,
    'key' | 'personId' | 'isNew' | 'isMember'
  > &
  Pick<EnrolOptions, 'replacing' | 'mustReplace' | 'person'>;

/** Adds a reference to the member who is wished for, and does what else the enrolment asks for. */
export function addReference(
  ledger: Ledger,
  collection: OpenCollection,
  { key, personId: wanted, isNew, isMember, id, replacing, mustReplace, person: change, ...face }: Enrolment,
): KeyedReference {
  const { tables } = ledger;
  const { vector, modelId } = face.template;
  ledger.checkModel(modelId);
  const dimensions = tables.models.get(Buffer.from(modelId));
  checkVector(vector, dimensions);
  if (dimensions === undefined) tables.models.put(Buffer.from(modelId), vector.length);
  const number = ledger.nextNumber('lastReference');
  const wish = { key, personId: wanted, isNew, isMember, number, gets: 1 } as const;
  const member = memberFor(ledger, collection, wish);
  const { personId } = member;
  const identity = { id, number, collectionId: collection.record.id, personId, createdAtMs: ledger.nowMs() };
  const reference = newReference(identity, face);
  putReference(ledger, collection, reference);
  ledger.putCollection(collection, { references: collection.record.references + 1 });
  const replaced = replacing === undefined ? undefined : findReference(ledger, collection, replacing);
  // After the new one has come: her place in the collection stays.
  if (replaced?.personId === personId) removeReference(ledger, collection, replaced);
  else if (mustReplace) throw referenceUnknown();
  if (change) ledger.journal.changePerson(personId, change);
  return { ...reference, key: member.key };
}

/** Writes all records of a new reference; the counts are the caller's part. */
export function putReference(ledger: Ledger, collection: OpenCollection, reference: Reference): void {
  const { tables } = ledger;
  const { template, crop, ...record } = reference;
  const { id, number, faceNumber, personId, collectionId, text } = record;
  const row = { referenceId: id, personId, collectionId, template };
  tables.references.put(referenceKey(collection.bytes, number), record);
  ledger.journal.addReference(record);
  tables.memberReferences.put(memberReferenceKey(collection.bytes, personId, number), true);
  tables.templates.put(numberBytes(number), row);
  const code = codeOf(template.vector);
  ledger.codes.put({ number, modelId: template.modelId, collectionId, personId, code });
  if (crop) tables.crops.put(numberBytes(number), crop);
  if (text !== '') tables.texts.put(textKey(collection.bytes, text, faceNumber), true);
  if (faceNumber !== number) {
    tables.faceCopies.put(referenceKey(collection.bytes, faceNumber), number);
    tables.copiedFaces.put(numberBytes(number), faceNumber);
  }
  ledger.after.push({ kind: 'row', number, row, code });
}

/** The record of a reference of this collection, but not of a member who has left. */
export function findReference(
  { tables }: Ledger,
  collection: OpenCollection,
  referenceId: Uuid,
): ReferenceRecord | undefined {
  const id = uuidBytes(referenceId);
  const known = id && tables.referenceStamps.get(id);
  if (!known) return undefined;
  const record = tables.references.get(referenceKey(collection.bytes, known.number));
  if (!record || tables.departures.has(memberPrefix(collection.bytes, record.personId))) return undefined;
  return record;
}

/** The sibling of a face in this collection. Throws `StillLeaving` while one is going with a member who has left. */
export function findSibling(
  { tables }: Ledger,
  collection: OpenCollection,
  faceNumber: number,
): ReferenceRecord | undefined {
  const number = tables.faceCopies.get(referenceKey(collection.bytes, faceNumber)) ?? faceNumber;
  const record = tables.references.get(referenceKey(collection.bytes, number));
  if (record && tables.departures.has(memberPrefix(collection.bytes, record.personId)))
    throw new StillLeaving(collection.record.id, record.personId);
  return record;
}

/** A face's template and crop as they are stored. */
export function faceOf(
  { tables }: Ledger,
  { number, hasCrop }: Pick<Reference, 'number' | 'hasCrop'>,
): Pick<Reference, 'template' | 'crop'> {
  const row = tables.templates.get(numberBytes(number));
  if (!row) throw new AppError('record-corrupt', 'A reference has lost its template');
  const crop = tables.crops.get(numberBytes(number));
  if (hasCrop && !crop) throw new AppError('record-corrupt', 'A reference has lost its crop');
  return { template: currentTemplate(tables, number, row), ...(crop && { crop }) };
}

/** Removes the reference, and its member when it was her last. */
export function removeReference(
  ledger: Ledger,
  collection: OpenCollection,
  record: ReferenceRecord,
): ListedReference {
  const member = memberOf(ledger, collection, record.personId);
  dropReference(ledger, collection, { ...record, withMember: false });
  ledger.putCollection(collection, { references: collection.record.references - 1 });
  takeFromMember(ledger, collection, member);
  return listedReference({ ...record, key: member.key });
}

/** Counts one reference less of a member, who leaves with her last. */
export function takeFromMember(ledger: Ledger, collection: OpenCollection, member: Member): void {
  const left = { ...member, referenceCount: member.referenceCount - 1 };
  if (left.referenceCount > 0) putMember(ledger, collection, left);
  else leave(ledger, collection, { member: left, ending: { kind: 'emptied' } });
}

/**
 * Removes all that is kept of a reference, also of a damaged one; the counts are the caller's part. What goes `withMember`
 * leaves no trace, for her membership tells it.
 */
export function dropReference(
  { tables, codes, after, journal }: Ledger,
  collection: { readonly bytes: Buffer; readonly record: Pick<CollectionRecord, 'id'> },
  { personId, number, withMember }: { personId: Uuid; number: number; withMember: boolean },
): void {
  const at = referenceKey(collection.bytes, number);
  const record = readable(() => tables.references.get(at));
  const id = record?.id ?? readable(() => tables.templates.get(numberBytes(number)))?.referenceId;
  const faceNumber =
    record?.faceNumber ?? readable(() => tables.copiedFaces.get(numberBytes(number))) ?? number;
  tables.references.remove(at);
  if (id && withMember) tables.referenceStamps.remove(ownUuidBytes(id));
  else if (id) journal.removeReference({ id, number, collectionId: collection.record.id, personId });
  tables.memberReferences.remove(memberReferenceKey(collection.bytes, personId, number));
  tables.templates.remove(numberBytes(number));
  tables.nextTemplates.remove(numberBytes(number));
  codes.drop(number);
  tables.crops.remove(numberBytes(number));
  if (record && record.text !== '') tables.texts.remove(textKey(collection.bytes, record.text, faceNumber));
  if (faceNumber !== number) {
    tables.faceCopies.remove(referenceKey(collection.bytes, faceNumber));
    tables.copiedFaces.remove(numberBytes(number));
  }
  after.push({ kind: 'row-gone', number });
  if (id && record?.hasPicture !== false) after.push({ kind: 'picture-gone', referenceId: id });
}
