import { AppError } from '../domain/errors.ts';
import type { Metadata, Person, Uuid } from '../domain/gallery.ts';
import { personUnknown } from '../domain/gallery-rules.ts';
import type { Gallery, ListedReference } from '../domain/ports/gallery.ts';
import { Turns } from '../primitives/turns.ts';
import type { Keeps } from './enrol.ts';
import type { DuplicateAsk } from './face-duplicates.ts';
import type { People } from './people.ts';

/** What a caller knows of a person: all of it is written at once. */
export type Registration = Omit<DuplicateAsk, 'ignoreCase'> & {
  readonly key: string;
  readonly name: string;
  readonly metadata: Metadata;
  readonly picture: Uint8Array;
  readonly keeps: Keeps;
};

/** `referenceId` is the face that was registered last; that of the first reference when none was. */
export type RegisteredPerson = Pick<Person, 'name' | 'metadata'> & {
  readonly key: string;
  readonly referenceId?: Uuid;
};

/** People of a caller's own keys (exactly as they are written), each with the one face that was registered last. */
export interface Registered {
  /**
   * Makes the person, or changes her name, metadata and the face that was registered before; other faces of hers stay.
   * Rejects as `People.enrol` does.
   */
  put(registration: Registration, signal: AbortSignal): Promise<void>;
  /** `person-unknown` when the collection has none of that key. */
  get(collectionId: Uuid, key: string): Promise<RegisteredPerson>;
  /** Of any collection, by the id that a search tells; undefined when she is not there any more. */
  findPerson(personId: Uuid): Promise<Pick<Person, 'name' | 'metadata'> | undefined>;
  /** Takes her out of the collection. `person-unknown`. */
  remove(collectionId: Uuid, key: string): Promise<void>;
  /**
   * What was kept of a reference's picture if that was registered to be kept and is not larger than `maxBytes`, else the
   * face cut from it; empty when that was not kept either.
   */
  readFace(collectionId: Uuid, referenceId: Uuid, maxBytes?: number): Promise<Buffer>;
}

export type RegisteredParts = {
  readonly gallery: Pick<Gallery, 'findMembership' | 'findPerson' | 'listReferences'>;
  readonly people: Pick<
    People,
    'enrolFaces' | 'findReference' | 'readFaces' | 'readPicture' | 'removeExactly'
  >;
};

/** Among a reference's metadata: that it was registered, and what was to be kept. */
const mark = 'ostiary.registered';
/** References of one person that are read at once. */
const pageSize = 100;

export function createRegistered({ gallery, people }: RegisteredParts): Registered {
  const turns = new Turns();

  const findRegistered = async (collectionId: Uuid, key: string): Promise<ListedReference | undefined> => {
    let first: ListedReference | undefined;
    for (let offset = 0; ; offset += pageSize) {
      const { references } = await gallery.listReferences(collectionId, { key, offset, limit: pageSize });
      const registered = references.find(({ metadata }) => mark in metadata);
      if (registered) return registered;
      first ??= references[0];
      if (references.length < pageSize) return first;
    }
  };

  return {
    async put({ key, name, metadata, picture, keeps, ...where }, signal) {
      // Two are enough to know that there is not just one.
      const { faces, thumbnail } = await people.readFaces(
        { picture, faces: 'detect', maxFaces: 2, attributes: [] },
        signal,
      );
      if (faces.length > 1) throw new AppError('several-faces', 'The picture has several faces');
      const source = { file: picture, thumbnail };
      const wish = { face: faces[0]!, key, picture: source, keeps, person: { name, metadata } };
      // Looking for the former face and taking its place are one step for all who mean the same person.
      await turns.take(`${where.collectionId} ${key}`, async () => {
        const former = await findRegistered(where.collectionId, key);
        const replacing = former && mark in former.metadata ? { replacing: former.id } : {};
        const face = { ...wish, ...replacing, metadata: { [mark]: keeps } };
        await people.enrolFaces({ ...where, faces: [face] }, signal);
      });
    },
    async get(collectionId, key) {
      const member = await gallery.findMembership(collectionId, key);
      const person = member && (await gallery.findPerson(member.personId));
      if (!person) throw personUnknown();
      const reference = await findRegistered(collectionId, key);
      const { name, metadata } = person;
      return { key, name, metadata, ...(reference && { referenceId: reference.id }) };
    },
    findPerson: (personId) => gallery.findPerson(personId),
    remove: (collectionId, key) => people.removeExactly(collectionId, key),
    async readFace(collectionId, referenceId, maxBytes = Number.POSITIVE_INFINITY) {
      const reference = await people.findReference(collectionId, referenceId);
      if (reference?.metadata[mark] === 'picture' && reference.hasPicture) {
        const picture = await people.readPicture(collectionId, referenceId);
        if (picture && picture.length <= maxBytes) return Buffer.from(picture);
      }
      return Buffer.from(reference?.crop?.jpeg ?? []);
    },
  };
}
