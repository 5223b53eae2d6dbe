import type { ScoreTable } from '../domain/catalogue.ts';
import type { EnrolmentPolicy } from '../domain/enrolment.ts';
import { AppError } from '../domain/errors.ts';
import type { AnalysedPicture } from '../domain/face.ts';
import type { Membership, Uuid } from '../domain/gallery.ts';
import { foldKey, personExists } from '../domain/gallery-rules.ts';
import type { Gallery, KeyedReference, ListedReference, RenameWish } from '../domain/ports/gallery.ts';
import type { Vision } from '../domain/ports/vision.ts';
import { Turns } from '../primitives/turns.ts';
import {
  createEnrol,
  type EnrolAsk,
  type Enrolled,
  type EnrolParts,
  type FacesAsk,
  type NewPeopleAsk,
} from './enrol.ts';
import type { PicturePolicy } from './kept-picture.ts';
import type { PictureAsk } from './pictures.ts';

export type ReferencePage = { readonly key?: string; readonly offset: number; readonly limit: number };

/**
 * The people of a collection and their references. Keys are looked up exactly, then without regard to case when just
 * one fits; listing is exact. Rejects as `Gallery` does, enrolment also as `Vision`.
 */
export interface People {
  readonly pictures: PicturePolicy;
  /** `person-exists` when somebody has the key already. */
  add(collectionId: Uuid, key: string): Promise<Membership>;
  list(collectionId: Uuid): Promise<Membership[]>;
  /** `person-unknown`. */
  get(collectionId: Uuid, key: string): Promise<Membership>;
  /**
   * Gives a person another key; when somebody has that one, the two become one person of that key, as far as the wish lets
   * them. `person-exists` also when somebody gets the key while this is decided.
   */
  rename(collectionId: Uuid, from: string, to: string, wish?: RenameWish): Promise<'renamed' | 'merged'>;
  /** Takes a person out of the collection with her references; tells her key. */
  remove(collectionId: Uuid, key: string): Promise<string>;
  /** Tells how many persons left. */
  removeAll(collectionId: Uuid): Promise<number>;

  /**
   * Adds the picture's only face to the person of that key, who is made when there is none. `no-face`,
   * `several-faces`; by the policy `face-too-small`, `quality-too-low`, `pose-too-far`, `face-duplicate` (of two equal
   * faces that come at once under two keys one is refused), `references-full`, and `model-unmeasured` when duplicates are
   * looked for. Nothing is enrolled when the signal fires before the face's turn to be written.
   */
  enrol(ask: EnrolAsk, signal: AbortSignal): Promise<Enrolled>;
  /** The faces of a picture, largest first, as `enrolFaces` takes them; `no-face` when there is none. */
  readFaces(ask: PictureAsk, signal: AbortSignal): Promise<AnalysedPicture>;
  /**
   * Enrols faces that were read before, all of them or none: for persons by their keys or ids, under automatic keys, with
   * texts and metadata. The policy holds for each as in `enrol`; `details.item` names the one that is refused.
   */
  enrolFaces(ask: FacesAsk, signal: AbortSignal): Promise<Enrolled[]>;
  /** As `enrolFaces`, from a picture of each; `person-exists` when a key is taken or comes twice. */
  enrolPeople(ask: NewPeopleAsk, signal: AbortSignal): Promise<Enrolled[]>;
  /** As `remove`, of this very key only, and if it is this person's. */
  removeExactly(collectionId: Uuid, key: string, personId?: Uuid): Promise<void>;
  findReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference | undefined>;
  listReferences(
    collectionId: Uuid,
    page: ReferencePage,
  ): Promise<{ references: ListedReference[]; total: number }>;
  /** `reference-unknown` when the collection has none of that id. */
  getReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference>;
  /** `reference-unknown` when the collection has none of that id. */
  removeReference(collectionId: Uuid, referenceId: Uuid): Promise<ListedReference>;
  /** Removes those that are there and tells which. */
  removeReferences(collectionId: Uuid, referenceIds: readonly Uuid[]): Promise<ListedReference[]>;
  /** Removes the references of one person, or of all; tells how many. */
  removeAllReferences(collectionId: Uuid, key?: string): Promise<number>;
  /** What was kept of the picture that was enrolled: the file as it came, or a thumbnail. */
  readPicture(collectionId: Uuid, referenceId: Uuid): Promise<Uint8Array | undefined>;
}

export type PeopleParts = {
  readonly gallery: Gallery;
  readonly vision: Vision;
  readonly pictures: PicturePolicy;
  /** Absent, every picture with one face is taken. */
  readonly enrolment?: EnrolmentPolicy;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
};

export function createPeople(parts: PeopleParts): People {
  const turns = new Turns();
  // Looking a key or a person up and writing are one step for all who mean the same.
  const inTurn: EnrolParts['inTurn'] = (collectionId, names, run) =>
    turns.takeAll(
      names.map((name) => `${collectionId} ${foldKey(name)}`),
      run,
    );
  return {
    pictures: parts.pictures,
    ...membershipCalls(parts.gallery, inTurn),
    ...referenceCalls(parts, inTurn),
  };
}

type MembershipCalls = Pick<
  People,
  'add' | 'list' | 'get' | 'rename' | 'remove' | 'removeExactly' | 'removeAll'
>;

function membershipCalls(gallery: Gallery, inTurn: EnrolParts['inTurn']): MembershipCalls {
  const get = async (collectionId: Uuid, key: string): Promise<Membership> => {
    const member = await gallery.findMembership(collectionId, key, 'ignoreCase');
    if (!member) throw new AppError('person-unknown', 'There is no such person in the collection');
    return member;
  };
  return {
    add: (collectionId, key) =>
      inTurn(collectionId, [key], async () => {
        const other = await gallery.findMembership(collectionId, key, 'ignoreCase');
        if (other) throw personExists();
        return gallery.addPerson(collectionId, key);
      }),
    list: (collectionId) => gallery.listMemberships(collectionId),
    get,
    rename: (collectionId, from, to, { personId: meant, ifTaken = 'merge' } = {}) =>
      inTurn(collectionId, [from, to], async () => {
        const { key, personId } = await get(collectionId, from);
        const other = await gallery.findMembership(collectionId, to, 'ignoreCase');
        const heir = other?.personId === personId ? undefined : other;
        if (heir && ifTaken === 'refuse') throw personExists();
        const heirId = typeof ifTaken === 'object' ? ifTaken.heirId : heir?.personId;
        // Imports and the like take no turns: the write does what was decided here, or nothing.
        return gallery.renameMembership(collectionId, key, heir?.key ?? to, {
          personId: meant ?? personId,
          ifTaken: heirId === undefined ? 'refuse' : { heirId },
        });
      }),
    async remove(collectionId, name) {
      const { key, personId } = await get(collectionId, name);
      await gallery.removeMembership(collectionId, key, personId);
      return key;
    },
    async removeExactly(collectionId, key, personId) {
      await gallery.removeMembership(collectionId, key, personId);
    },
    async removeAll(collectionId) {
      return (await gallery.clearCollection(collectionId)).members;
    },
  };
}

function referenceCalls(
  { gallery, vision, pictures, enrolment, scoreTable }: PeopleParts,
  inTurn: EnrolParts['inTurn'],
): Omit<People, 'pictures' | keyof MembershipCalls> {
  return {
    ...createEnrol({
      ...{ gallery, vision, scoreTable, inTurn, pictures },
      ...(enrolment && { policy: enrolment }),
      faceTurns: new Turns(),
    }),
    findReference: (collectionId, referenceId) => gallery.findReference(collectionId, referenceId),
    listReferences: (collectionId, page) => gallery.listReferences(collectionId, page),
    async getReference(collectionId, referenceId) {
      const reference = await gallery.findReference(collectionId, referenceId);
      if (!reference) throw referenceUnknown();
      return reference;
    },
    async removeReference(collectionId, referenceId) {
      const [removed] = await gallery.removeReferences(collectionId, [referenceId]);
      if (!removed) throw referenceUnknown();
      return removed;
    },
    removeReferences: (collectionId, referenceIds) => gallery.removeReferences(collectionId, referenceIds),
    async removeAllReferences(collectionId, key) {
      if (key === undefined) return gallery.removeAllReferences(collectionId);
      const member = await gallery.findMembership(collectionId, key, 'ignoreCase');
      return member ? gallery.removeAllReferences(collectionId, member.key, member.personId) : 0;
    },
    readPicture: (collectionId, referenceId) => gallery.readPicture(collectionId, referenceId),
  };
}

function referenceUnknown(): AppError {
  return new AppError('reference-unknown', 'There is no such reference in the collection');
}
