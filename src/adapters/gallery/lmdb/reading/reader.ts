import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import type {
  Collection,
  CollectionCounts,
  ErasureReceipt,
  Membership,
  Person,
  Uuid,
} from '../../../../domain/gallery.ts';
import {
  collectionUnknown,
  compareKeys,
  listedReference,
  longestKey,
} from '../../../../domain/gallery-rules.ts';
import { plainPerson } from '../../../../domain/person-groups.ts';
import type { KeyedReference, ListedReference } from '../../../../domain/ports/gallery.ts';
import { lastHeirOf, receiptOf, type Tombstone } from '../../../../domain/tombstone.ts';
import { sortInSlices } from '../../../../primitives/sort-in-slices.ts';
import type { Environment } from '../disk/environment.ts';
import { numberBytes, ownUuidBytes, textAt, uuidAt, uuidBytes } from '../disk/keys.ts';
import type { Snapshot } from '../disk/open-file.ts';
import type { Pictures } from '../disk/pictures.ts';
import {
  foldedPrefix,
  idBytes,
  memberKey,
  memberPrefix,
  placeKey,
  referenceKey,
} from '../disk/record-keys.ts';
import { type CollectionRecord, collectionOf } from '../disk/stamped-records.ts';
import type { MembershipRecord, ReferenceRecord, Tables } from '../disk/tables.ts';
import { currentTemplate } from './current-template.ts';
import { listWithoutDeparted } from './without-departed.ts';

export type ReaderParts = {
  readonly environment: Environment;
  readonly tables: Tables;
  readonly pictures: Pictures;
};

export const membersInASlice = 500;

/** What can be asked of the store without changing it; inside of a write it sees the state of that write. */
export class Reader {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #pictures: Pictures;

  constructor({ environment, tables, pictures }: ReaderParts) {
    this.#environment = environment;
    this.#tables = tables;
    this.#pictures = pictures;
  }

  findCollection(idOrSlug: string): Collection | undefined {
    const record = this.record(uuidBytes(idOrSlug)) ?? this.record(this.#slugKey(idOrSlug));
    return record && collectionOf(record);
  }

  collections(): Collection[] {
    const records = Array.from(this.#tables.collections.entries(), ({ value }) => value);
    return records.filter((record) => !isRemoved(record)).map(collectionOf);
  }

  /** Of those who are there for those who ask. */
  async countCollection(collectionId: Uuid): Promise<CollectionCounts> {
    const { members, references, clearing } = this.open(collectionId).record;
    if (!clearing) return { members, references };
    return { members: (await this.memberships(collectionId)).length, references: 0 };
  }

  /** The bytes that the keys of this collection's records start with. */
  prefix(collectionId: Uuid): Buffer {
    return this.open(collectionId).bytes;
  }

  findMembership(collectionId: Uuid, key: string, ignoreCase: boolean): Membership | undefined {
    const collection = this.prefix(collectionId);
    const exact = this.membership(collectionId, key);
    if (exact || !ignoreCase || key.length > longestKey) return exact;
    const prefix = foldedPrefix(collection, key);
    const fitting = Array.from(this.#tables.foldedKeys.keys({ prefix }), (folded) =>
      this.membership(collectionId, textAt(folded, prefix.length)),
    ).filter((member) => member !== undefined);
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  /** As they were at the time of the call; other work is let in between. */
  async memberships(collectionId: Uuid): Promise<Membership[]> {
    const { bytes: prefix, record } = this.open(collectionId);
    const found: Membership[] = [];
    const snapshot = this.#environment.snapshot();
    try {
      for (let after: Buffer | undefined; ; await nextTurn()) {
        const wish = { prefix, snapshot, limit: membersInASlice, ...(after && { after }) };
        const page = [...this.#tables.memberships.entries(wish)];
        for (const { key, value } of page) {
          if (!isHidden(record, value)) found.push({ collectionId, key: textAt(key, idBytes), ...value });
        }
        after = page.at(-1)?.key;
        if (page.length < membersInASlice) break;
      }
    } finally {
      snapshot.done();
    }
    if (this.#tables.memberships.isOrdered) return found;
    return sortInSlices(found, (one, other) => compareKeys(one.key, other.key));
  }

  /** Nobody whose last places are about to go. */
  findPerson(personId: Uuid): Person | undefined {
    const bytes = uuidBytes(personId);
    const person = bytes && this.#tables.persons.get(bytes);
    if (!person) return undefined;
    const places = [...this.#tables.places.keys({ prefix: bytes })];
    return places.some((place) => this.#isHeld(place)) ? plainPerson(person) : undefined;
  }

  findErasure(personId: Uuid): ErasureReceipt | undefined {
    return receiptOf(this.#tombstone(personId));
  }

  findHeir(personId: Uuid): Uuid | undefined {
    return lastHeirOf(this.#tombstone(personId), (id) => this.#tombstone(id));
  }

  #tombstone(personId: Uuid): Tombstone | undefined {
    const key = uuidBytes(personId);
    return key && this.#tables.tombstones.get(key);
  }

  findReference(collectionId: Uuid, referenceId: Uuid): KeyedReference | undefined {
    const record = this.#reference(collectionId, referenceId);
    if (!record) return undefined;
    const number = numberBytes(record.number);
    const row = this.#tables.templates.get(number);
    if (!row) throw new AppError('record-corrupt', 'A reference has lost its template');
    const crop = this.#tables.crops.get(number);
    if (record.hasCrop && !crop) throw new AppError('record-corrupt', 'A reference has lost its crop');
    const template = currentTemplate(this.#tables, record.number, row);
    return { ...record, template, ...(crop && { crop }), key: this.keyOf(record) };
  }

  readPicture(collectionId: Uuid, referenceId: Uuid): Uint8Array | undefined {
    const record = this.#reference(collectionId, referenceId);
    if (!record?.hasPicture) return undefined;
    const picture = this.#pictures.read(record.id);
    if (!picture) throw new AppError('record-corrupt', 'A reference has lost its picture');
    return picture;
  }

  async listReferences(
    collectionId: Uuid,
    { key, offset, limit }: { key?: string; offset: number; limit: number },
  ): Promise<{ references: ListedReference[]; total: number }> {
    const { bytes: collection, record } = this.open(collectionId);
    if (record.clearing) return { references: [], total: 0 };
    const member = key === undefined ? undefined : this.membership(collectionId, key);
    if (key !== undefined && !member) return { references: [], total: 0 };
    const wish = { offset, limit };
    const departed = [...this.#tables.departures.keys({ prefix: collection })];
    if (!member && departed.length > 0) {
      const references = await this.#listBesides(collection, departed, wish);
      return { references, total: record.references };
    }
    const records = member
      ? this.#recordsOf(member, wish)
      : Array.from(this.#tables.references.entries({ prefix: collection, ...wish }), ({ value }) => value);
    const total = member?.referenceCount ?? record.references;
    const references = records.map((each) =>
      listedReference({ ...each, key: member?.key ?? this.keyOf(each) }),
    );
    return { references, total };
  }

  /** As they were at the time of the call. */
  async #listBesides(
    collection: Buffer,
    departed: readonly Buffer[],
    wish: { offset: number; limit: number },
  ): Promise<ListedReference[]> {
    const snapshot = this.#environment.snapshot();
    try {
      const records = await listWithoutDeparted(this.#tables, { collection, departed, snapshot }, wish);
      return records.map((each) => listedReference({ ...each, key: this.keyOf(each, snapshot) }));
    } finally {
      snapshot.done();
    }
  }

  /** A collection's record with the bytes that the keys of its records start with. */
  open(collectionId: Uuid): { bytes: Buffer; record: CollectionRecord } {
    const bytes = uuidBytes(collectionId);
    const record = this.record(bytes);
    if (!bytes || !record) throw collectionUnknown();
    return { bytes, record };
  }

  /** Of a collection that is there for those who ask. */
  record(collection: Buffer | undefined): CollectionRecord | undefined {
    const record = collection && this.#tables.collections.get(collection);
    return record && !isRemoved(record) ? record : undefined;
  }

  /** Whether a place, person‖collection, is not about to go. */
  #isHeld(place: Buffer): boolean {
    const collection = place.subarray(idBytes);
    const record = this.record(collection);
    if (!record?.clearing) return record !== undefined;
    const key = this.#tables.places.get(place);
    const member = key === undefined ? undefined : this.membership(uuidAt(collection), key);
    return member !== undefined;
  }

  #slugKey(slug: string): Buffer | undefined {
    if (slug.length < 1 || slug.length > longestKey) return undefined;
    const id = this.#tables.slugs.get(Buffer.from(slug));
    return id === undefined ? undefined : uuidBytes(id);
  }

  membership(collectionId: Uuid, key: string): Membership | undefined {
    const collection = this.open(collectionId);
    if (key.length > longestKey) return undefined;
    const record = this.#tables.memberships.get(memberKey(collection.bytes, key));
    return record && !isHidden(collection.record, record) ? { collectionId, key, ...record } : undefined;
  }

  #recordsOf(member: Membership, wish: { offset: number; limit: number }): ReferenceRecord[] {
    const collection = this.prefix(member.collectionId);
    const prefix = memberPrefix(collection, member.personId);
    return Array.from(this.#tables.memberReferences.keys({ prefix, ...wish }), (key) => {
      const number = key.subarray(prefix.length);
      const record = this.#tables.references.get(Buffer.concat([collection, number]));
      if (!record) throw new AppError('record-corrupt', 'A member has a reference without a record');
      return record;
    });
  }

  #reference(collectionId: Uuid, referenceId: Uuid): ReferenceRecord | undefined {
    const { bytes: collection, record } = this.open(collectionId);
    const id = record.clearing ? undefined : uuidBytes(referenceId);
    const known = id && this.#tables.referenceStamps.get(id);
    if (!known) return undefined;
    const found = this.#tables.references.get(referenceKey(collection, known.number));
    if (!found || this.#tables.departures.has(memberPrefix(collection, found.personId))) return undefined;
    return found;
  }

  /** Of the member whose reference it is. */
  keyOf({ personId, collectionId }: ReferenceRecord, snapshot?: Snapshot): string {
    const key = this.#tables.places.get(placeKey(personId, ownUuidBytes(collectionId)), snapshot);
    if (key === undefined)
      throw new AppError('record-corrupt', 'A person has a reference where she has no place');
    return key;
  }
}

/** Whether a member is about to go with what is being cleared. */
export function isHidden({ clearing }: CollectionRecord, { referenceCount }: MembershipRecord): boolean {
  return clearing === 'all members' || (clearing === 'members with references' && referenceCount > 0);
}

/** Whether nobody is told of the collection any more. */
function isRemoved({ clearing }: CollectionRecord): boolean {
  return clearing === 'the collection';
}
