import { AppError } from '../../../../domain/errors.ts';
import type { NewReference, Person, Reference, Uuid } from '../../../../domain/gallery.ts';
import {
  checkVector,
  foldKey,
  listedReference,
  longestKey,
  newPerson,
  newReference,
  renamedPerson,
} from '../../../../domain/gallery-rules.ts';
import type { ListedReference } from '../../../../domain/ports/gallery.ts';
import type { Tombstone } from '../../../../domain/tombstone.ts';
import type { TemplateRow } from '../disk/codecs.ts';
import { numberAt, numberBytes, ownUuidBytes, textBytes, uuidAt, uuidBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type {
  CollectionRecord,
  MembershipRecord,
  ReferenceRecord,
  StoreState,
  Tables,
} from '../disk/tables.ts';

/** What a write means for memory and pictures, once it is committed. */
export type AfterCommit =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'person-gone'; readonly personId: Uuid }
  | { readonly kind: 'row'; readonly number: number; readonly row: TemplateRow }
  | { readonly kind: 'row-gone'; readonly number: number }
  | { readonly kind: 'row-moved'; readonly number: number; readonly personId: Uuid }
  | { readonly kind: 'picture-gone'; readonly referenceId: Uuid }
  | { readonly kind: 'collection-hidden'; readonly collectionId: Uuid; readonly hidden: boolean };

export type LedgerParts = {
  readonly tables: Tables;
  readonly nowMs: () => number;
  readonly nextId: () => Uuid;
};

export const stateKey = Buffer.from('state');

export function collectionUnknown(): AppError {
  return new AppError('collection-unknown', 'There is no such collection');
}

export function personUnknown(): AppError {
  return new AppError('person-unknown', 'There is no such person');
}

/** A write that met a collection which is being cleared: it is to be made again once that is done. */
export class BeingCleared extends AppError {
  readonly collectionId: Uuid;

  constructor(collectionId: Uuid) {
    super('storage-failed', 'The collection is being cleared');
    this.collectionId = collectionId;
  }
}

function memberKey(collection: Buffer, key: string): Buffer {
  return Buffer.concat([collection, textBytes(key)]);
}

function foldedKey(collection: Buffer, key: string): Buffer {
  return Buffer.concat([collection, textBytes(`${foldKey(key)}\0${key}`)]);
}

/** A collection as a write sees it: its record and the bytes that its keys start with. */
export type OpenCollection = { readonly bytes: Buffer; record: CollectionRecord };
/** A member as a write sees it. */
export type Member = MembershipRecord & { readonly key: string };

/**
 * The bookkeeping of one write: each method keeps all tables that speak of the same thing in step, and notes what is
 * to be done after the commit. Lives inside of one `Environment.write`.
 */
export class Ledger {
  readonly after: AfterCommit[] = [];
  readonly #tables: Tables;
  readonly #nowMs: () => number;
  readonly #nextId: () => Uuid;

  constructor({ tables, nowMs, nextId }: LedgerParts) {
    this.#tables = tables;
    this.#nowMs = nowMs;
    this.#nextId = nextId;
  }

  /** Throws `BeingCleared` while the collection is cleared. */
  collection(id: Uuid): OpenCollection {
    const collection = this.anyCollection(id);
    if (collection.record.clearing) throw new BeingCleared(id);
    return collection;
  }

  /** As `collection`, also while it is cleared. */
  anyCollection(id: Uuid): OpenCollection {
    const bytes = uuidBytes(id);
    const record = bytes && this.#tables.collections.get(bytes);
    if (!record) throw collectionUnknown();
    return { bytes, record };
  }

  member(collection: OpenCollection, key: string): Member | undefined {
    if (key.length > longestKey) return undefined;
    const record = this.#tables.memberships.get(memberKey(collection.bytes, key));
    return record && { ...record, key };
  }

  memberOf(collection: OpenCollection, personId: Uuid): Member {
    const key = this.#tables.places.get(Buffer.concat([ownUuidBytes(personId), collection.bytes]));
    const member = key === undefined ? undefined : this.member(collection, key);
    if (!member) throw new AppError('record-corrupt', 'A person has a reference where she has no place');
    return member;
  }

  addMember(collection: OpenCollection, key: string): Member {
    const id = this.#unusedId();
    const person = newPerson({ id, number: this.#next('lastPerson'), key, createdAtMs: this.#nowMs() });
    this.putPerson(person);
    const member = { key, personId: id, referenceCount: 0 };
    this.#putMember(collection, member);
    return member;
  }

  putPerson(person: Person): void {
    this.#tables.persons.put(ownUuidBytes(person.id), person);
    this.after.push({ kind: 'person', person });
  }

  renameMember(collection: OpenCollection, member: Member, to: string): void {
    this.#removeMember(collection, member);
    this.#putMember(collection, { ...member, key: to });
    const person = this.#tables.persons.get(ownUuidBytes(member.personId));
    if (person) this.putPerson(renamedPerson(person, member.key, to));
  }

  /** All that `member` has in this collection becomes `heir`'s, and she leaves. */
  mergeMember(collection: OpenCollection, member: Member, heir: Member): void {
    for (const number of this.#numbersOf(collection, member)) {
      const at = this.#referenceKey(collection, number);
      const record = this.#tables.references.get(at);
      const row = this.#tables.templates.get(numberBytes(number));
      if (!record || !row) throw new AppError('record-corrupt', 'A reference lacks its record or template');
      this.#tables.references.put(at, { ...record, personId: heir.personId });
      this.#tables.templates.put(numberBytes(number), { ...row, personId: heir.personId });
      this.#tables.memberReferences.remove(this.#memberReferenceKey(collection, member.personId, number));
      this.#tables.memberReferences.put(this.#memberReferenceKey(collection, heir.personId, number), true);
      this.after.push({ kind: 'row-moved', number, personId: heir.personId });
    }
    this.#putMember(collection, { ...heir, referenceCount: heir.referenceCount + member.referenceCount });
    this.leave(collection, member, heir.personId);
  }

  /** Takes the member and her references out of the collection; tells how many there were. */
  removeMember(collection: OpenCollection, member: Member): number {
    const numbers = this.#numbersOf(collection, member);
    for (const number of numbers) this.dropReference(collection, member.personId, number);
    this.putCollection(collection, { references: collection.record.references - numbers.length });
    this.leave(collection, member);
    return numbers.length;
  }

  addReference(
    collection: OpenCollection,
    key: string,
    face: NewReference & { readonly id: Uuid },
  ): Reference {
    const { id, ...rest } = face;
    const { vector, modelId } = face.template;
    checkVector(vector, this.#tables.models.get(Buffer.from(modelId)));
    this.#tables.models.put(Buffer.from(modelId), vector.length);
    const member = this.member(collection, key) ?? this.addMember(collection, key);
    const { personId } = member;
    const collectionId = collection.record.id;
    const number = this.#next('lastReference');
    const reference = newReference({ id, number, collectionId, personId, createdAtMs: this.#nowMs() }, rest);
    const { template, crop, ...record } = reference;
    const row = { referenceId: id, personId, collectionId, template };
    this.#tables.references.put(this.#referenceKey(collection, number), record);
    this.#tables.referenceNumbers.put(ownUuidBytes(id), number);
    this.#tables.memberReferences.put(this.#memberReferenceKey(collection, personId, number), true);
    this.#tables.templates.put(numberBytes(number), row);
    if (crop) this.#tables.crops.put(numberBytes(number), crop);
    this.#putMember(collection, { ...member, referenceCount: member.referenceCount + 1 });
    this.putCollection(collection, { references: collection.record.references + 1 });
    this.after.push({ kind: 'row', number, row });
    return reference;
  }

  /** The record of a reference of this collection. */
  reference(collection: OpenCollection, referenceId: Uuid): ReferenceRecord | undefined {
    const id = uuidBytes(referenceId);
    const number = id && this.#tables.referenceNumbers.get(id);
    return number === undefined
      ? undefined
      : this.#tables.references.get(this.#referenceKey(collection, number));
  }

  /** Removes the reference, and its member when it was her last. */
  removeReference(collection: OpenCollection, record: ReferenceRecord): ListedReference {
    const member = this.memberOf(collection, record.personId);
    this.dropReference(collection, record.personId, record.number);
    this.putCollection(collection, { references: collection.record.references - 1 });
    const left = { ...member, referenceCount: member.referenceCount - 1 };
    if (left.referenceCount > 0) this.#putMember(collection, left);
    else this.leave(collection, left);
    return listedReference({ ...record, key: member.key });
  }

  /** Takes the person out of all her collections; tells how many references she had where none were being cleared. */
  removePerson(personId: Uuid): number {
    const person = ownUuidBytes(personId);
    let references = 0;
    for (const place of [...this.#tables.places.keys({ prefix: person })]) {
      const collection = this.anyCollection(uuidAt(place, 16));
      const removed = this.removeMember(collection, this.memberOf(collection, personId));
      if (!collection.record.clearing) references += removed;
    }
    return references;
  }

  putTombstone(personId: Uuid, tombstone: Tombstone): void {
    this.#tables.tombstones.put(ownUuidBytes(personId), tombstone);
  }

  #numbersOf(collection: OpenCollection, { personId }: Member): number[] {
    const prefix = Buffer.concat([collection.bytes, ownUuidBytes(personId)]);
    return [...this.#tables.memberReferences.keys({ prefix })].map((key) => numberAt(key, 32));
  }

  /** Removes all that is kept of a reference, also of a damaged one; the counts are the caller's part. */
  dropReference(collection: OpenCollection, personId: Uuid, number: number): void {
    const at = this.#referenceKey(collection, number);
    const record = readable(() => this.#tables.references.get(at));
    const id = record?.id ?? readable(() => this.#tables.templates.get(numberBytes(number)))?.referenceId;
    this.#tables.references.remove(at);
    if (id) this.#tables.referenceNumbers.remove(ownUuidBytes(id));
    this.#tables.memberReferences.remove(this.#memberReferenceKey(collection, personId, number));
    this.#tables.templates.remove(numberBytes(number));
    this.#tables.crops.remove(numberBytes(number));
    this.after.push({ kind: 'row-gone', number });
    if (id && record?.hasPicture !== false) this.after.push({ kind: 'picture-gone', referenceId: id });
  }

  /** Takes a member without references out of the collection; the person goes with her last place. */
  leave(collection: OpenCollection, member: Member, heirId?: Uuid): void {
    const { personId } = member;
    this.#removeMember(collection, member);
    const [elsewhere] = this.#tables.places.keys({ prefix: ownUuidBytes(personId), limit: 1 });
    if (elsewhere) return;
    this.#tables.persons.remove(ownUuidBytes(personId));
    const atMs = this.#nowMs();
    this.putTombstone(personId, heirId ? { kind: 'merged', atMs, heirId } : { kind: 'left', atMs });
    this.after.push({ kind: 'person-gone', personId });
  }

  #putMember(collection: OpenCollection, { key, ...record }: Member): void {
    this.#tables.memberships.put(memberKey(collection.bytes, key), record);
    this.#tables.foldedKeys.put(foldedKey(collection.bytes, key), true);
    this.#tables.places.put(Buffer.concat([ownUuidBytes(record.personId), collection.bytes]), key);
  }

  #removeMember(collection: OpenCollection, { key, personId }: Member): void {
    this.#tables.memberships.remove(memberKey(collection.bytes, key));
    this.#tables.foldedKeys.remove(foldedKey(collection.bytes, key));
    this.#tables.places.remove(Buffer.concat([ownUuidBytes(personId), collection.bytes]));
  }

  putCollection(collection: OpenCollection, change: Partial<CollectionRecord>): void {
    collection.record = { ...collection.record, ...change };
    this.#tables.collections.put(collection.bytes, collection.record);
  }

  #next(counter: 'lastPerson' | 'lastReference'): number {
    const state: StoreState = this.#tables.meta.get(stateKey)!;
    this.#tables.meta.put(stateKey, { ...state, [counter]: state[counter] + 1 });
    return state[counter] + 1;
  }

  /** An id that no living or former person has. */
  #unusedId(): Uuid {
    for (;;) {
      const id = this.#nextId();
      const key = ownUuidBytes(id);
      if (!this.#tables.persons.has(key) && !this.#tables.tombstones.has(key)) return id;
    }
  }

  #referenceKey(collection: OpenCollection, number: number): Buffer {
    return Buffer.concat([collection.bytes, numberBytes(number)]);
  }

  #memberReferenceKey(collection: OpenCollection, personId: Uuid, number: number): Buffer {
    return Buffer.concat([collection.bytes, ownUuidBytes(personId), numberBytes(number)]);
  }
}
