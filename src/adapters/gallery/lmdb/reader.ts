import { AppError } from '../../../domain/errors.ts';
import type { Collection, ErasureReceipt, Membership, Person, Uuid } from '../../../domain/gallery.ts';
import { foldKey, listedReference, longestKey } from '../../../domain/gallery-rules.ts';
import type { KeyedReference, ListedReference } from '../../../domain/ports/gallery.ts';
import { numberBytes, textAt, textBytes, uuidBytes } from './keys.ts';
import { collectionUnknown } from './ledger.ts';
import type { Pictures } from './pictures.ts';
import type { CollectionRecord, ReferenceRecord, Tables } from './tables.ts';

const collectionBytes = 16;

/** What can be asked of the store without changing it; inside of a write it sees the state of that write. */
export class Reader {
  readonly #tables: Tables;
  readonly #pictures: Pictures;

  constructor(tables: Tables, pictures: Pictures) {
    this.#tables = tables;
    this.#pictures = pictures;
  }

  findCollection(idOrSlug: string): Collection | undefined {
    const key = this.#collectionKey(idOrSlug) ?? this.#slugKey(idOrSlug);
    const record = key && this.#tables.collections.get(key);
    return record && collectionOf(record);
  }

  collections(): Collection[] {
    return [...this.#tables.collections.entries()].map(({ value }) => collectionOf(value));
  }

  /** The bytes that the keys of this collection's records start with. */
  prefix(collectionId: Uuid): Buffer {
    const bytes = this.#collectionKey(collectionId);
    if (!bytes) throw collectionUnknown();
    return bytes;
  }

  findMembership(collectionId: Uuid, key: string, ignoreCase: boolean): Membership | undefined {
    const collection = this.prefix(collectionId);
    const exact = this.#membership(collectionId, key);
    if (exact || !ignoreCase || key.length > longestKey) return exact;
    const prefix = Buffer.concat([collection, textBytes(`${foldKey(key)}\0`)]);
    const fitting = [...this.#tables.foldedKeys.keys({ prefix, limit: 2 })];
    return fitting.length === 1
      ? this.#membership(collectionId, textAt(fitting[0]!, prefix.length))
      : undefined;
  }

  memberships(collectionId: Uuid): Membership[] {
    const entries = this.#tables.memberships.entries({ prefix: this.prefix(collectionId) });
    return Array.from(entries, ({ key, value }) => ({
      collectionId,
      key: textAt(key, collectionBytes),
      ...value,
    }));
  }

  findPerson(personId: Uuid): Person | undefined {
    const key = uuidBytes(personId);
    return key && this.#tables.persons.get(key);
  }

  findErasure(personId: Uuid): ErasureReceipt | undefined {
    const key = uuidBytes(personId);
    const tombstone = key && this.#tables.tombstones.get(key);
    return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
  }

  findReference(collectionId: Uuid, referenceId: Uuid): KeyedReference | undefined {
    const record = this.#reference(collectionId, referenceId);
    if (!record) return undefined;
    const number = numberBytes(record.number);
    const row = this.#tables.templates.get(number);
    if (!row) throw new AppError('record-corrupt', 'A reference has lost its template');
    const crop = this.#tables.crops.get(number);
    return { ...record, template: row.template, ...(crop && { crop }), key: this.#keyOf(record) };
  }

  readPicture(collectionId: Uuid, referenceId: Uuid): Uint8Array | undefined {
    const record = this.#reference(collectionId, referenceId);
    if (!record?.hasPicture) return undefined;
    const picture = this.#pictures.read(record.id);
    if (!picture) throw new AppError('record-corrupt', 'A reference has lost its picture');
    return picture;
  }

  listReferences(
    collectionId: Uuid,
    { key, offset, limit }: { key?: string; offset: number; limit: number },
  ): { references: ListedReference[]; total: number } {
    const collection = this.prefix(collectionId);
    const member = key === undefined ? undefined : this.#membership(collectionId, key);
    if (key !== undefined && !member) return { references: [], total: 0 };
    const wish = { offset, limit };
    const records = member
      ? this.#recordsOf(member, wish)
      : Array.from(this.#tables.references.entries({ prefix: collection, ...wish }), ({ value }) => value);
    const total = member?.referenceCount ?? this.#tables.collections.get(collection)!.references;
    const references = records.map((record) =>
      listedReference({ ...record, key: member?.key ?? this.#keyOf(record) }),
    );
    return { references, total };
  }

  #collectionKey(id: string): Buffer | undefined {
    const bytes = uuidBytes(id);
    return bytes && this.#tables.collections.has(bytes) ? bytes : undefined;
  }

  #slugKey(slug: string): Buffer | undefined {
    if (slug.length < 1 || slug.length > longestKey) return undefined;
    const id = this.#tables.slugs.get(Buffer.from(slug));
    return id === undefined ? undefined : uuidBytes(id);
  }

  #membership(collectionId: Uuid, key: string): Membership | undefined {
    const collection = this.prefix(collectionId);
    if (key.length > longestKey) return undefined;
    const record = this.#tables.memberships.get(Buffer.concat([collection, textBytes(key)]));
    return record && { collectionId, key, ...record };
  }

  #recordsOf(member: Membership, wish: { offset: number; limit: number }): ReferenceRecord[] {
    const collection = this.prefix(member.collectionId);
    const prefix = Buffer.concat([collection, uuidBytes(member.personId)!]);
    return Array.from(this.#tables.memberReferences.keys({ prefix, ...wish }), (key) => {
      const number = key.subarray(prefix.length);
      const record = this.#tables.references.get(Buffer.concat([collection, number]));
      if (!record) throw new AppError('record-corrupt', 'A member has a reference without a record');
      return record;
    });
  }

  #reference(collectionId: Uuid, referenceId: Uuid): ReferenceRecord | undefined {
    const collection = this.prefix(collectionId);
    const id = uuidBytes(referenceId);
    const number = id && this.#tables.referenceNumbers.get(id);
    return number === undefined
      ? undefined
      : this.#tables.references.get(Buffer.concat([collection, numberBytes(number)]));
  }

  #keyOf({ personId, collectionId }: ReferenceRecord): string {
    const place = Buffer.concat([uuidBytes(personId)!, uuidBytes(collectionId)!]);
    const key = this.#tables.places.get(place);
    if (key === undefined)
      throw new AppError('record-corrupt', 'A person has a reference where she has no place');
    return key;
  }
}

function collectionOf({ references: _, ...collection }: CollectionRecord): Collection {
  return collection;
}
