import type { ListedErasure } from '../backup.ts';
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
  Reference,
  Uuid,
} from '../gallery.ts';
import type { Scrubbed, ScrubWish } from '../scrub.ts';

export type SearchRequest = {
  readonly collectionIds: readonly Uuid[];
  readonly modelId: string;
  /** One unit-length vector a probe. */
  readonly probes: readonly Float32Array[];
  /** At most so many candidates a probe, at least 1. */
  readonly limit: number;
  /** Cosine; candidates below it are left out. −1 finds all. */
  readonly minScore: number;
  /** Only the best reference of each person. */
  readonly distinctPersons: boolean;
  /** Only the best sibling of each face. */
  readonly distinctFaces?: boolean;
  /** Whether those who are suspended or not valid now are found too; they are not when absent. */
  readonly includeBarred?: boolean;
};

/** To whom a face goes, and what else is written with it. */
export type EnrolOptions = {
  /**
   * The person, who is somewhere in the gallery (`person-unknown`); the key is the one that she gets here if she is no
   * member yet (`person-exists` when another has it). Without, the face goes to whoever has the key.
   */
  readonly personId?: Uuid;
  /** `person-exists` when there is a member already. */
  readonly isNew?: boolean;
  /** `person-unknown` when there is no such member here. */
  readonly isMember?: boolean;
  /** Another reference of hers here that goes; if it is not there, or not hers, nothing goes. */
  readonly replacing?: Uuid;
  /** `reference-unknown` when the one to be replaced is not there, or not hers. */
  readonly mustReplace?: boolean;
  /** New values of the person's fields. */
  readonly person?: PersonChange;
};

/** The key of the person's place; `null` makes one, `face-<number of the reference>`, and a new person unless one is named. */
export type KeyWish = string | null;

/** A face to be enrolled among others. */
export type NewEnrolment = EnrolOptions & { readonly key: KeyWish; readonly face: NewReference };

/** A change of one reference among others that are written together. */
export type ReferenceChange = { readonly collectionId: Uuid; readonly referenceId: Uuid } & (
  | { readonly kind: 'describe'; readonly text?: string; readonly metadata?: Metadata }
  /** Gives it to another member of its collection, as `enrol` finds or makes her; its former one leaves with her last. */
  | ({ readonly kind: 'move'; readonly key: KeyWish } & Pick<EnrolOptions, 'personId'>)
  /**
   * Makes a sibling of the same person in another collection; if one is there it is kept as it is. If she is no member
   * there she gets `key`, which must be free; without, that of her place here or, when another has it, an automatic one.
   */
  | { readonly kind: 'copy'; readonly to: Uuid; readonly key?: string }
  /** Its member leaves with her last reference. */
  | { readonly kind: 'remove' }
);

/** What a rename holds to, whatever others have written since the caller looked. */
export type RenameWish = {
  /** Who has the key `from`; `person-unknown` when it is somebody else's. */
  readonly personId?: Uuid;
  /**
   * What happens when another member has the key `to`: `refuse` is `person-exists`; with an heir named the two become one
   * if she is who has it, and it is `person-unknown` when nobody or anybody else has. `merge` when absent.
   */
  readonly ifTaken?: 'merge' | 'refuse' | { readonly heirId: Uuid };
};

/** What is stored; of what is being removed, what is left of it. */
export type GalleryCounts = {
  readonly collections: number;
  readonly persons: number;
  readonly references: number;
};

/**
 * Persons, references and collections. A promise of a write that resolves is durable (synced) and visible to every
 * later read and search; one that rejects changed nothing. Reads see acknowledged writes only.
 *
 * Rejects with `collection-unknown`, `person-unknown`, `reference-unknown`, `person-exists`, `collection-exists`,
 * `key-illegal`, `template-mismatch`, `storage-full`, `storage-failed`, `record-corrupt`; and with `bad-input` when a text,
 * name or metadata is too long (`gallery-bounds`) or one write has too many parts. Of a write of several parts
 * `details.item` names the one that failed, from 0.
 */
export interface Gallery extends AsyncDisposable {
  createCollection(slug: string, name: string, metadata?: Metadata): Promise<Collection>;
  /** `collection-exists` when another has the slug. */
  updateCollection(collectionId: Uuid, change: CollectionChange): Promise<Collection>;
  /** Takes the collection away with all its members, for every reader at the same moment. Its slug is free at once. */
  removeCollection(collectionId: Uuid): Promise<CollectionCounts>;
  countCollection(collectionId: Uuid): Promise<CollectionCounts>;
  /** By id or slug. */
  findCollection(idOrSlug: string): Promise<Collection | undefined>;
  listCollections(): Promise<Collection[]>;

  /** Places a new person in the collection without a face, with these fields. `person-exists` when the key is taken (exactly). */
  addPerson(collectionId: Uuid, key: string, fields?: PersonChange): Promise<Membership>;
  /** Exactly; else, with `ignoreCase`, case-insensitively when exactly one key fits. */
  findMembership(collectionId: Uuid, key: string, ignoreCase?: 'ignoreCase'): Promise<Membership | undefined>;
  /** In the order of their keys (by UTF-16 code unit). */
  listMemberships(collectionId: Uuid): Promise<Membership[]>;
  /** Those that follow a key, which need not be there any more, in an order that is the store's own and stays. */
  pageMemberships(collectionId: Uuid, page: { after?: string; limit: number }): Promise<Membership[]>;
  /** Gives a person who is somewhere in the gallery a place without a face here too; `person-exists` when she has one. */
  placePerson(collectionId: Uuid, personId: Uuid, key: string): Promise<Membership>;
  findMembershipOf(collectionId: Uuid, personId: Uuid): Promise<Membership | undefined>;
  /** Her places in all collections, in the order of the collections' ids; none of one who is not there. */
  listPlaces(personId: Uuid): Promise<Membership[]>;
  findPerson(personId: Uuid): Promise<Person | undefined>;
  findPersonByNumber(number: number): Promise<Person | undefined>;
  /** Whether a search finds her now if she has a face: she is there, active and valid. */
  isSearchable(personId: Uuid): Promise<boolean>;
  updatePerson(personId: Uuid, change: PersonChange): Promise<Person>;
  /**
   * Gives the member another key. When another member has that key, and the wish lets it, `from`'s references become hers
   * in this collection and `from` leaves it (`merged`).
   */
  renameMembership(
    collectionId: Uuid,
    from: string,
    to: string,
    wish?: RenameWish,
  ): Promise<'renamed' | 'merged'>;
  /**
   * Takes the member and its references out of this collection, for every reader at the same moment; the person goes with
   * her last membership. `person-unknown` when the key is not, or no longer, that of the person who is named.
   */
  removeMembership(collectionId: Uuid, key: string, personId?: Uuid): Promise<{ references: number }>;
  /** Takes all members out of this collection, for every reader at the same moment. */
  clearCollection(collectionId: Uuid): Promise<CollectionCounts>;

  /** Adds a reference to the member of that key, who is made when there is none. */
  enrol(
    collectionId: Uuid,
    key: KeyWish,
    face: NewReference,
    options?: EnrolOptions,
  ): Promise<KeyedReference>;
  /** Enrols all faces or, when one of them is refused, none. */
  enrolAll(collectionId: Uuid, faces: readonly NewEnrolment[]): Promise<KeyedReference[]>;
  /**
   * Makes all changes in their order or, when one of them is refused, none. Answers what each has left: the reference as
   * it is now (of a copy the sibling), of a removal as it was.
   */
  changeReferences(changes: readonly ReferenceChange[]): Promise<ListedReference[]>;
  /** The siblings of a face within these collections, in the order of their numbers. */
  findFace(faceNumber: number, collectionIds: readonly Uuid[]): Promise<ListedReference[]>;
  /**
   * The faces of several collections, siblings as one, by their numbers. Each is told as it is when its turn comes, so
   * that a long list is not of one moment.
   */
  listFaces(collectionIds: readonly Uuid[], page: FacePage): Promise<FaceList>;
  /**
   * The texts of the faces in these collections, each once: collection by collection, in each in an order that is the
   * store's own and stays. Told as `listFaces` does.
   */
  listTexts(
    collectionIds: readonly Uuid[],
    page: { after?: TextPlace; limit: number },
  ): Promise<ListedText[]>;
  /** With the key of its member. */
  findReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference | undefined>;
  /** The picture that the reference was enrolled with, byte for byte. */
  readPicture(collectionId: Uuid, referenceId: Uuid): Promise<Uint8Array | undefined>;
  /** In the order of enrolment, of one member or of all; `total` counts all that fit. An unknown key has none. */
  listReferences(
    collectionId: Uuid,
    page: { key?: string; offset: number; limit: number },
  ): Promise<{ references: ListedReference[]; total: number }>;
  /**
   * Removes the references that are there and tells which; ids unknown in this collection are passed over. A member
   * leaves the collection with her last reference. Many go one slice after the other: when it rejects, each is wholly
   * there or wholly gone.
   */
  removeReferences(collectionId: Uuid, referenceIds: readonly Uuid[]): Promise<ListedReference[]>;
  /**
   * Removes all references of one member (who leaves), or of all; a key that is unknown, or not that of the person who is
   * named, removes none.
   */
  removeAllReferences(collectionId: Uuid, key?: string, personId?: Uuid): Promise<number>;

  /** Best first, of active and valid persons only; equal scores in the order of enrolment. One list a probe. */
  search(request: SearchRequest): Promise<Candidate[][]>;
  /**
   * How many persons a search of these collections can find now, whatever the model: active, valid, with a reference.
   * One who has references in several of them counts in each.
   */
  countSearchable(collectionIds: readonly Uuid[]): Promise<number>;

  /** Removes a person from all collections, for ever: the id is never given again. */
  erase(personId: Uuid): Promise<ErasureReceipt>;
  findErasure(personId: Uuid): Promise<ErasureReceipt | undefined>;
  /** Whom she has become one with, at last where that one did too; `undefined` when with nobody. */
  findHeir(personId: Uuid): Promise<Uuid | undefined>;
  /**
   * All who were erased, and those who had become one with somebody who was, in slices between which others go on; damaged
   * records are left out.
   */
  listErasures(): AsyncIterable<readonly ListedErasure[]>;
  /**
   * Takes all bytes of what was removed before out of the files, also of what was no erasure, and says so on the receipts.
   * Reads and writes go on meanwhile. One that rejects has changed nothing but, maybe, some of the files; besides as
   * usual, with `overloaded` when it cannot keep up with the writes, and `cancelled`.
   */
  scrub(wish?: ScrubWish): Promise<Scrubbed>;
  /** When the oldest removal was made whose bytes may still lie in a file; `undefined` when there is none. */
  unscrubbedSinceMs(): number | undefined;

  counts(): GalleryCounts;
  /** SHA-256 over all records in a fixed order: equal digests, equal galleries, whatever was scrubbed. */
  digest(): Promise<string>;
}

export type FacePage = {
  readonly order: 'oldest first' | 'newest first';
  /** Only faces that come after this number in the order; it need not be there any more. */
  readonly after?: number;
  readonly limit: number;
  /** Only faces with this text, which is an indexed look-up unless it is empty. */
  readonly text?: string;
  /** Only faces of this person. */
  readonly personId?: Uuid;
};

/** A face with its references in the collections that were asked, in the order of their numbers. */
export type ListedFace = { readonly number: number; readonly references: readonly ListedReference[] };

export type FaceList = { readonly faces: readonly ListedFace[]; readonly hasMore: boolean };

/** Where a list of texts goes on: at the last one that was told. */
export type TextPlace = { readonly collectionId: Uuid; readonly text: string };

/** A text with the number of faces that have it, and the first of these. */
export type ListedText = TextPlace & { readonly count: number; readonly first: ListedFace };

/** A reference with the key of its member. */
export type KeyedReference = Reference & { readonly key: string };

/** As a list tells it. */
export type ListedReference = Omit<KeyedReference, 'template' | 'crop'>;
