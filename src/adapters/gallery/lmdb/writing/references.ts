import type { NewReference, Reference, Uuid } from '../../../../domain/gallery.ts';
import { checkVector, listedReference, newReference } from '../../../../domain/gallery-rules.ts';
import type { ListedReference } from '../../../../domain/ports/gallery.ts';
import { numberBytes, ownUuidBytes, uuidBytes } from '../disk/keys.ts';
import { memberPrefix, memberReferenceKey, referenceKey } from '../disk/record-keys.ts';
import { readable } from '../disk/table.ts';
import type { ReferenceRecord } from '../disk/tables.ts';
import type { Ledger, OpenCollection } from './ledger.ts';
import { addMember, findMember, leave, memberOf, putMember } from './members.ts';

/** Adds a reference to the member of that key, who is made when there is none. */
export function addReference(
  ledger: Ledger,
  collection: OpenCollection,
  { key, id, ...face }: NewReference & { readonly key: string; readonly id: Uuid },
): Reference {
  const { tables } = ledger;
  const { vector, modelId } = face.template;
  checkVector(vector, tables.models.get(Buffer.from(modelId)));
  tables.models.put(Buffer.from(modelId), vector.length);
  const member = findMember(ledger, collection, key) ?? addMember(ledger, collection, key);
  const { personId } = member;
  const number = ledger.nextNumber('lastReference');
  const identity = { id, number, collectionId: collection.record.id, personId, createdAtMs: ledger.nowMs() };
  const reference = newReference(identity, face);
  putReference(ledger, collection, reference);
  putMember(ledger, collection, { ...member, referenceCount: member.referenceCount + 1 });
  ledger.putCollection(collection, { references: collection.record.references + 1 });
  return reference;
}

function putReference(ledger: Ledger, collection: OpenCollection, reference: Reference): void {
  const { tables } = ledger;
  const { template, crop, ...record } = reference;
  const { id, number, personId, collectionId } = record;
  const row = { referenceId: id, personId, collectionId, template };
  tables.references.put(referenceKey(collection.bytes, number), record);
  tables.referenceNumbers.put(ownUuidBytes(id), number);
  tables.memberReferences.put(memberReferenceKey(collection.bytes, personId, number), true);
  tables.templates.put(numberBytes(number), row);
  if (crop) tables.crops.put(numberBytes(number), crop);
  ledger.after.push({ kind: 'row', number, row });
}

/** The record of a reference of this collection, but not of a member who has left. */
export function findReference(
  { tables }: Ledger,
  collection: OpenCollection,
  referenceId: Uuid,
): ReferenceRecord | undefined {
  const id = uuidBytes(referenceId);
  const number = id && tables.referenceNumbers.get(id);
  if (number === undefined) return undefined;
  const record = tables.references.get(referenceKey(collection.bytes, number));
  if (!record || tables.departures.has(memberPrefix(collection.bytes, record.personId))) return undefined;
  return record;
}

/** Removes the reference, and its member when it was her last. */
export function removeReference(
  ledger: Ledger,
  collection: OpenCollection,
  record: ReferenceRecord,
): ListedReference {
  const member = memberOf(ledger, collection, record.personId);
  dropReference(ledger, collection, record);
  ledger.putCollection(collection, { references: collection.record.references - 1 });
  const left = { ...member, referenceCount: member.referenceCount - 1 };
  if (left.referenceCount > 0) putMember(ledger, collection, left);
  else leave(ledger, collection, { member: left });
  return listedReference({ ...record, key: member.key });
}

/** Removes all that is kept of a reference, also of a damaged one; the counts are the caller's part. */
export function dropReference(
  { tables, after }: Ledger,
  collection: OpenCollection,
  { personId, number }: { readonly personId: Uuid; readonly number: number },
): void {
  const at = referenceKey(collection.bytes, number);
  const record = readable(() => tables.references.get(at));
  const id = record?.id ?? readable(() => tables.templates.get(numberBytes(number)))?.referenceId;
  tables.references.remove(at);
  if (id) tables.referenceNumbers.remove(ownUuidBytes(id));
  tables.memberReferences.remove(memberReferenceKey(collection.bytes, personId, number));
  tables.templates.remove(numberBytes(number));
  tables.crops.remove(numberBytes(number));
  after.push({ kind: 'row-gone', number });
  if (id && record?.hasPicture !== false) after.push({ kind: 'picture-gone', referenceId: id });
}
