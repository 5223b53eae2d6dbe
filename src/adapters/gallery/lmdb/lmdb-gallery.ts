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
  personExists,
  personUnknown,
  renameOutcome,
} from '../../../domain/gallery-rules.ts';
import { plainPerson } from '../../../domain/person-groups.ts';
import type {
  EnrolOptions,
  FaceList,
  FacePage,
  Gallery,
  GalleryCounts,
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
import type { Scrubbed, ScrubWish } from '../../../domain/scrub.ts';
import type { Moments } from '../../../primitives/onward-clock.ts';
import { type DigestParts, digestStore } from './reading/digest-store.ts';
import { findFace, listFaces, listTexts } from './reading/faces.ts';
import { findMembershipOf, findPersonByNumber, pageMemberships, placesOf } from './reading/places.ts';
import type { Reader } from './reading/reader.ts';
import { type SearchParts, searchGallery } from './reading/search.ts';
import { type EraseParts, erase } from './removal/erase.ts';
import { clearCollection, removeMember, removeReferences } from './removal/take-out.ts';
import type { Scrubber } from './scrubbing/scrubber.ts';
import { changeReferences } from './writing/change-references.ts';
import { enrolAll, requirePerson } from './writing/enrol.ts';
import type { Ledger, LedgerParts } from './writing/ledger.ts';
import {
  addMember,
  findMember,
  findMemberOf,
  getMember,
  mergeMember,
  placeMember,
  renameMember,
} from './writing/members.ts';

export type GalleryParts = LedgerParts &
  DigestParts &
  EraseParts &
  Moments &
  SearchParts & { readonly scrubber: Scrubber; readonly close: () => Promise<void> };

/**
 * The gallery in LMDB, as the port asks for it. `disk` says how records lie in files, `reading` answers from them,
 * `writing` keeps them in step inside of one transaction, `removal` takes them away slice by slice, and `finder` searches
 * in memory what each commit has left.
 */
export class LmdbGallery implements Gallery {
  readonly #parts: GalleryParts;
  readonly #reader: Reader;

  constructor(parts: GalleryParts) {
    this.#parts = parts;
    this.#reader = parts.reader;
  }

  async createCollection(slug: string, name: string, metadata: Metadata = {}): Promise<Collection> {
    checkNotes({ name, metadata });
    return this.#write((ledger) => ledger.addCollection(slug, name, { ...metadata }));
  }

  async updateCollection(collectionId: Uuid, change: CollectionChange): Promise<Collection> {
    checkNotes(change);
    return this.#write((ledger) => ledger.changeCollection(ledger.collection(collectionId), change));
  }

  async removeCollection(collectionId: Uuid): Promise<CollectionCounts> {
    return clearCollection(this.#parts.removals, collectionId, 'the collection');
  }

  async countCollection(collectionId: Uuid): Promise<CollectionCounts> {
    return this.#reader.countCollection(collectionId);
  }

  async findCollection(idOrSlug: string): Promise<Collection | undefined> {
    return this.#reader.findCollection(idOrSlug);
  }

  async listCollections(): Promise<Collection[]> {
    return this.#reader.collections().sort((one, other) => compareKeys(one.slug, other.slug));
  }

  async addPerson(collectionId: Uuid, key: string, fields: PersonChange = {}): Promise<Membership> {
    checkKey(key);
    checkNotes(fields);
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      if (findMember(ledger, collection, key)) throw personExists();
      const member = addMember(ledger, collection, { key, referenceCount: 0 });
      if (Object.keys(fields).length > 0) ledger.journal.changePerson(member.personId, fields);
      return { collectionId, ...member };
    });
  }

  async placePerson(collectionId: Uuid, personId: Uuid, key: string): Promise<Membership> {
    checkKey(key);
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      requirePerson(this.#reader, personId);
      if (findMemberOf(ledger, collection, personId) ?? findMember(ledger, collection, key))
        throw personExists();
      return { collectionId, ...placeMember(ledger, collection, { key, personId, referenceCount: 0 }) };
    });
  }

  async findMembershipOf(collectionId: Uuid, personId: Uuid): Promise<Membership | undefined> {
    return findMembershipOf(this.#parts, collectionId, personId);
  }

  async listPlaces(personId: Uuid): Promise<Membership[]> {
    return placesOf(this.#parts, personId);
  }

  async findPersonByNumber(number: number): Promise<Person | undefined> {
    return findPersonByNumber(this.#parts, number);
  }

  async findMembership(
    collectionId: Uuid,
    key: string,
    ignoreCase?: 'ignoreCase',
  ): Promise<Membership | undefined> {
    return this.#reader.findMembership(collectionId, key, ignoreCase !== undefined);
  }

  async listMemberships(collectionId: Uuid): Promise<Membership[]> {
    return this.#reader.memberships(collectionId);
  }

  async pageMemberships(collectionId: Uuid, page: { after?: string; limit: number }): Promise<Membership[]> {
    return pageMemberships(this.#parts, collectionId, page);
  }

  async findPerson(personId: Uuid): Promise<Person | undefined> {
    return this.#reader.findPerson(personId);
  }

  async isSearchable(personId: Uuid): Promise<boolean> {
    const person = this.#reader.findPerson(personId);
    return person !== undefined && isSearchable(person, this.#parts);
  }

  async updatePerson(personId: Uuid, change: PersonChange): Promise<Person> {
    checkNotes(change);
    return this.#write((ledger) => {
      if (!this.#reader.findPerson(personId)) throw personUnknown();
      return plainPerson(ledger.journal.changePerson(personId, change)!);
    });
  }

  async renameMembership(
    collectionId: Uuid,
    from: string,
    to: string,
    wish: RenameWish = {},
  ): Promise<'renamed' | 'merged'> {
    checkKey(to);
    return this.#write((ledger) => {
      const collection = ledger.collection(collectionId);
      const member = getMember(ledger, collection, from);
      const taken = findMember(ledger, collection, to);
      const outcome = renameOutcome({ member, to, taken }, wish);
      if (outcome === 'merged') mergeMember(ledger, collection, { member, heir: taken! });
      else if (from !== to) renameMember(ledger, collection, { from: member, to });
      return outcome;
    });
  }

  async removeMembership(collectionId: Uuid, key: string, personId?: Uuid): Promise<{ references: number }> {
    const references = await removeMember(this.#parts.removals, collectionId, { key, personId });
    if (references === undefined) throw personUnknown();
    return { references };
  }

  async clearCollection(collectionId: Uuid): Promise<CollectionCounts> {
    return clearCollection(this.#parts.removals, collectionId, 'all members');
  }

  async enrol(
    collectionId: Uuid,
    key: KeyWish,
    face: NewReference,
    options?: EnrolOptions,
  ): Promise<KeyedReference> {
    const faces = [{ ...options, key, face }];
    const [enrolled] = await enrolAll(this.#parts, {
      ...{ collectionId, faces },
      each: (items, run) => items.map(run),
    });
    return enrolled!;
  }

  async enrolAll(collectionId: Uuid, faces: readonly NewEnrolment[]): Promise<KeyedReference[]> {
    return enrolAll(this.#parts, { collectionId, faces, each: eachItem });
  }

  async changeReferences(changes: readonly ReferenceChange[]): Promise<ListedReference[]> {
    return changeReferences(this.#parts, changes);
  }

  async findFace(faceNumber: number, collectionIds: readonly Uuid[]): Promise<ListedReference[]> {
    return findFace(this.#parts, faceNumber, collectionIds);
  }

  async listFaces(collectionIds: readonly Uuid[], page: FacePage): Promise<FaceList> {
    return listFaces(this.#parts, collectionIds, page);
  }

  async listTexts(
    collectionIds: readonly Uuid[],
    page: { after?: TextPlace; limit: number },
  ): Promise<ListedText[]> {
    return listTexts(this.#parts, collectionIds, page);
  }

  async findReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference | undefined> {
    return this.#reader.findReference(collectionId, referenceId);
  }

  async readPicture(collectionId: Uuid, referenceId: Uuid): Promise<Uint8Array | undefined> {
    return this.#reader.readPicture(collectionId, referenceId);
  }

  async listReferences(
    collectionId: Uuid,
    page: { key?: string; offset: number; limit: number },
  ): Promise<{ references: ListedReference[]; total: number }> {
    return this.#reader.listReferences(collectionId, page);
  }

  async removeReferences(collectionId: Uuid, referenceIds: readonly Uuid[]): Promise<ListedReference[]> {
    return removeReferences(this.#parts.removals, collectionId, referenceIds);
  }

  async removeAllReferences(collectionId: Uuid, key?: string, personId?: Uuid): Promise<number> {
    if (key === undefined)
      return (await clearCollection(this.#parts.removals, collectionId, 'members with references'))
        .references;
    return (await removeMember(this.#parts.removals, collectionId, { key, personId })) ?? 0;
  }

  async search(request: SearchRequest): Promise<Candidate[][]> {
    return searchGallery(this.#parts, request);
  }

  async countSearchable(collectionIds: readonly Uuid[]): Promise<number> {
    for (const id of collectionIds) this.#reader.prefix(id);
    await this.#parts.readiness.persons(collectionIds);
    return this.#parts.finder.countSearchable(collectionIds);
  }

  async erase(personId: Uuid): Promise<ErasureReceipt> {
    return erase(this.#parts, personId);
  }

  async findErasure(personId: Uuid): Promise<ErasureReceipt | undefined> {
    return this.#reader.findErasure(personId);
  }

  async findHeir(personId: Uuid): Promise<Uuid | undefined> {
    return this.#reader.findHeir(personId);
  }

  listErasures(): AsyncIterable<readonly ListedErasure[]> {
    return this.#parts.receipts.erased();
  }

  async scrub(wish: ScrubWish = {}): Promise<Scrubbed> {
    return this.#parts.scrubber.scrub(wish);
  }

  unscrubbedSinceMs(): number | undefined {
    return this.#parts.scrubber.unscrubbedSinceMs();
  }

  counts(): GalleryCounts {
    const { collections, persons, references } = this.#parts.tables;
    return { collections: collections.count(), persons: persons.count(), references: references.count() };
  }

  async digest(): Promise<string> {
    return digestStore(this.#parts, () => this.#parts.removals.finishAll());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close();
  }

  async #write<R>(decide: (ledger: Ledger) => R): Promise<R> {
    return (await this.#parts.removals.commitWhenCleared(decide)).result;
  }
}
