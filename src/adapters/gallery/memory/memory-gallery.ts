import type { ListedErasure } from '../../../domain/backup.ts';
import { eachItem } from '../../../domain/each-item.ts';
import type {
  Candidate,
  Collection,
  CollectionChange,
  CollectionCounts,
  ErasureReceipt,
  Membership,
  Metadata,
  NewReference,
  Person,
  PersonChange,
  Uuid,
} from '../../../domain/gallery.ts';
import { checkNotes } from '../../../domain/gallery-bounds.ts';
import {
  checkKey,
  compareKeys,
  isSearchable,
  listedReference,
  personExists,
  personUnknown,
  renameOutcome,
  resolveKey,
} from '../../../domain/gallery-rules.ts';
import { plainPerson } from '../../../domain/person-groups.ts';
import type {
  EnrolOptions,
  FaceList,
  FacePage,
  Gallery,
  KeyedReference,
  KeyWish,
  ListedReference,
  ListedText,
  NewEnrolment,
  ReferenceChange,
  RenameWish,
  SearchRequest,
  TextPlace,
} from '../../../domain/ports/gallery.ts';
import type { Scrubbed } from '../../../domain/scrub.ts';
import { changeReferences, enrolAll } from './memory-changes.ts';
import { addCollection, changeCollection, clearCollection, removeCollection } from './memory-collections.ts';
import { digestRecords } from './memory-digest.ts';
import { findFace, listFaces, listTexts } from './memory-faces.ts';
import { isOf, type MemoryRecords } from './memory-records.ts';
import { countSearchable, searchRecords } from './memory-search.ts';

/** The port in its plainest form, over plain lists; other galleries are tested against it. */
export class MemoryGallery implements Gallery {
  readonly #records: MemoryRecords;

  constructor(records: MemoryRecords) {
    this.#records = records;
  }

  async createCollection(slug: string, name: string, metadata: Metadata = {}): Promise<Collection> {
    checkNotes({ name, metadata });
    return this.#written(addCollection(this.#records, { slug, name, metadata: { ...metadata } }));
  }

  async updateCollection(collectionId: Uuid, change: CollectionChange): Promise<Collection> {
    checkNotes(change);
    return this.#written(changeCollection(this.#records, collectionId, structuredClone(change)));
  }

  async removeCollection(collectionId: Uuid): Promise<CollectionCounts> {
    return this.#written(removeCollection(this.#records, collectionId));
  }

  async countCollection(collectionId: Uuid): Promise<CollectionCounts> {
    this.#records.checkCollection(collectionId);
    const references = this.#records.held.filter(({ reference }) => reference.collectionId === collectionId);
    return { members: this.#records.placesIn(collectionId).length, references: references.length };
  }

  async findCollection(idOrSlug: string): Promise<Collection | undefined> {
    return (
      this.#records.collections.find(({ id }) => id === idOrSlug) ??
      this.#records.collections.find(({ slug }) => slug === idOrSlug)
    );
  }

  async listCollections(): Promise<Collection[]> {
    return this.#records.collections.toSorted((one, other) => compareKeys(one.slug, other.slug));
  }

  async addPerson(collectionId: Uuid, key: string, fields: PersonChange = {}): Promise<Membership> {
    checkKey(key);
    checkNotes(fields);
    this.#records.checkCollection(collectionId);
    if (this.#records.place(collectionId, key)) throw personExists();
    const place = this.#records.addPlace(collectionId, key);
    if (Object.keys(fields).length > 0) this.#records.journal.changePerson(place.personId, fields);
    return this.#records.membership(this.#written(place));
  }

  async findMembership(
    collectionId: Uuid,
    key: string,
    ignoreCase?: 'ignoreCase',
  ): Promise<Membership | undefined> {
    this.#records.checkCollection(collectionId);
    const keys = this.#records.placesIn(collectionId).map((place) => place.key);
    const found = this.#records.place(collectionId, ignoreCase ? (resolveKey(key, keys) ?? key) : key);
    return found && this.#records.membership(found);
  }

  async listMemberships(collectionId: Uuid): Promise<Membership[]> {
    this.#records.checkCollection(collectionId);
    return this.#records.placesIn(collectionId).map((place) => this.#records.membership(place));
  }

  async placePerson(collectionId: Uuid, personId: Uuid, key: string): Promise<Membership> {
    checkKey(key);
    this.#records.checkCollection(collectionId);
    if (!this.#records.persons.has(personId)) throw personUnknown();
    if (this.#records.placeOf(collectionId, personId) ?? this.#records.place(collectionId, key))
      throw personExists();
    return this.#records.membership(this.#written(this.#records.addPlace(collectionId, key, personId)));
  }

  async findMembershipOf(collectionId: Uuid, personId: Uuid): Promise<Membership | undefined> {
    this.#records.checkCollection(collectionId);
    const place = this.#records.placeOf(collectionId, personId);
    return place && this.#records.membership(place);
  }

  async listPlaces(personId: Uuid): Promise<Membership[]> {
    return this.#records.places
      .filter((place) => place.personId === personId)
      .sort((one, other) => compareKeys(one.collectionId, other.collectionId))
      .map((place) => this.#records.membership(place));
  }

  async findPersonByNumber(number: number): Promise<Person | undefined> {
    const person = [...this.#records.persons.values()].find((each) => each.number === number);
    return person && plainPerson(person);
  }

  async pageMemberships(
    collectionId: Uuid,
    { after = '', limit }: { after?: string; limit: number },
  ): Promise<Membership[]> {
    const all = await this.listMemberships(collectionId);
    return all.filter(({ key }) => compareKeys(key, after) > 0).slice(0, limit);
  }

  async findPerson(personId: Uuid): Promise<Person | undefined> {
    const person = this.#records.persons.get(personId);
    return person && plainPerson(person);
  }

  async isSearchable(personId: Uuid): Promise<boolean> {
    const person = this.#records.persons.get(personId);
    return person !== undefined && isSearchable(person, this.#records);
  }

  async updatePerson(personId: Uuid, change: PersonChange): Promise<Person> {
    checkNotes(change);
    const changed = this.#records.journal.changePerson(personId, change);
    if (!changed) throw personUnknown();
    return plainPerson(this.#written(changed));
  }

  async renameMembership(
    collectionId: Uuid,
    from: string,
    to: string,
    wish: RenameWish = {},
  ): Promise<'renamed' | 'merged'> {
    checkKey(to);
    this.#records.checkCollection(collectionId);
    const member = this.#records.placeOrThrow(collectionId, from);
    const taken = this.#records.place(collectionId, to);
    const outcome = renameOutcome({ member, to, taken }, wish);
    if (outcome === 'merged') this.#records.merge(member, taken!);
    else if (from !== to) this.#records.rename(member, to);
    return this.#written(outcome);
  }

  async removeMembership(collectionId: Uuid, key: string, personId?: Uuid): Promise<{ references: number }> {
    this.#records.checkCollection(collectionId);
    const place = this.#records.placeOrThrow(collectionId, key, personId);
    const references = this.#records.drop((reference) => isOf(reference, place)).length;
    this.#records.leave(place, { kind: 'removed' });
    return this.#written({ references });
  }

  async clearCollection(collectionId: Uuid): Promise<CollectionCounts> {
    return this.#written(clearCollection(this.#records, collectionId));
  }

  async enrol(
    collectionId: Uuid,
    key: KeyWish,
    face: NewReference,
    options?: EnrolOptions,
  ): Promise<KeyedReference> {
    const faces = [{ ...options, key, face }];
    const [enrolled] = enrolAll(this.#records, {
      ...{ collectionId, faces },
      each: (items, run) => items.map(run),
    });
    return this.#written(enrolled!);
  }

  async enrolAll(collectionId: Uuid, faces: readonly NewEnrolment[]): Promise<KeyedReference[]> {
    return this.#written(enrolAll(this.#records, { collectionId, faces, each: eachItem }));
  }

  async changeReferences(changes: readonly ReferenceChange[]): Promise<ListedReference[]> {
    return this.#written(changeReferences(this.#records, changes));
  }

  async findFace(faceNumber: number, collectionIds: readonly Uuid[]): Promise<ListedReference[]> {
    return findFace(this.#records, faceNumber, collectionIds);
  }

  async listFaces(collectionIds: readonly Uuid[], page: FacePage): Promise<FaceList> {
    return listFaces(this.#records, collectionIds, page);
  }

  async listTexts(
    collectionIds: readonly Uuid[],
    page: { after?: TextPlace; limit: number },
  ): Promise<ListedText[]> {
    return listTexts(this.#records, collectionIds, page);
  }

  async findReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference | undefined> {
    const held = this.#records.find(collectionId, referenceId);
    return held && this.#records.keyed(held.reference);
  }

  async readPicture(collectionId: Uuid, referenceId: Uuid): Promise<Uint8Array | undefined> {
    return this.#records.find(collectionId, referenceId)?.picture;
  }

  async listReferences(
    collectionId: Uuid,
    { key, offset, limit }: { key?: string; offset: number; limit: number },
  ): Promise<{ references: ListedReference[]; total: number }> {
    this.#records.checkCollection(collectionId);
    const all = this.#records.held
      .filter(({ reference }) => reference.collectionId === collectionId)
      .map(({ reference }) => listedReference(this.#records.keyed(reference)))
      .filter((listed) => key === undefined || listed.key === key);
    return { references: all.slice(offset, offset + limit), total: all.length };
  }

  async removeReferences(collectionId: Uuid, referenceIds: readonly Uuid[]): Promise<ListedReference[]> {
    this.#records.checkCollection(collectionId);
    const removed: ListedReference[] = [];
    for (const id of referenceIds) {
      const held = this.#records.find(collectionId, id);
      if (!held) continue;
      removed.push(listedReference(this.#records.keyed(held.reference)));
      this.#records.remove((reference) => reference.id === id);
      this.#records.leaveWhenEmpty(held.reference);
    }
    return this.#written(removed);
  }

  async removeAllReferences(collectionId: Uuid, key?: string, personId?: Uuid): Promise<number> {
    this.#records.checkCollection(collectionId);
    if (key !== undefined) {
      const found = this.#records.place(collectionId, key)?.personId;
      if (found === undefined || found !== (personId ?? found)) return 0;
      return (await this.removeMembership(collectionId, key)).references;
    }
    const removed = this.#records.remove((reference) => reference.collectionId === collectionId);
    for (const { reference } of removed) this.#records.leaveWhenEmpty(reference);
    return this.#written(removed.length);
  }

  async search(request: SearchRequest): Promise<Candidate[][]> {
    return searchRecords(this.#records, request);
  }

  async countSearchable(collectionIds: readonly Uuid[]): Promise<number> {
    return countSearchable(this.#records, collectionIds);
  }

  async erase(personId: Uuid): Promise<ErasureReceipt> {
    const earlier = this.#records.erasure(personId);
    if (earlier) return earlier;
    if (!this.#records.persons.has(personId)) throw personUnknown();
    return this.#written(this.#records.erase(personId));
  }

  async findErasure(personId: Uuid): Promise<ErasureReceipt | undefined> {
    return this.#records.erasure(personId);
  }

  async findHeir(personId: Uuid): Promise<Uuid | undefined> {
    return this.#records.heir(personId);
  }

  async *listErasures(): AsyncGenerator<readonly ListedErasure[]> {
    yield this.#records.erasures();
  }

  async scrub(): Promise<Scrubbed> {
    const { scrubbedAtMs, erasures } = this.#records.scrub();
    return { scrubbedAtMs, erasures, bytesBefore: 0, bytesAfter: 0, heldMs: 0 };
  }

  unscrubbedSinceMs(): undefined {
    return undefined;
  }

  counts(): { collections: number; persons: number; references: number } {
    return {
      collections: this.#records.collections.length,
      persons: this.#records.persons.size,
      references: this.#records.held.length,
    };
  }

  async digest(): Promise<string> {
    return digestRecords(this.#records);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** To be called at the end of each write, with its answer. */
  #written<R>(answer: R): R {
    this.#records.journal.finish();
    return answer;
  }
}
