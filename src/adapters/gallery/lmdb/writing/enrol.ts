import type { Uuid } from '../../../../domain/gallery.ts';
import { checkCount, checkFaceNotes, checkNotes } from '../../../../domain/gallery-bounds.ts';
import { checkKey, checkVector, copyFace, personUnknown } from '../../../../domain/gallery-rules.ts';
import type { KeyedReference, NewEnrolment } from '../../../../domain/ports/gallery.ts';
import type { Pictures } from '../disk/pictures.ts';
import type { Reader } from '../reading/reader.ts';
import type { Removals } from '../removal/removals.ts';
import type { LedgerParts } from './ledger.ts';
import { addReference } from './references.ts';
import type { Writer } from './writer.ts';

export type EnrolParts = Pick<LedgerParts, 'tables' | 'nextId'> & {
  readonly reader: Reader;
  readonly pictures: Pictures;
  readonly writer: Writer;
  readonly removals: Pick<Removals, 'commitWhenCleared'>;
};

type ForEach = <T, R>(items: readonly T[], run: (item: T) => R) => R[];

/** Enrols all faces in one write, or none. */
export async function enrolAll(
  parts: EnrolParts,
  { collectionId, faces, each }: { collectionId: Uuid; faces: readonly NewEnrolment[]; each: ForEach },
): Promise<KeyedReference[]> {
  checkCount(faces);
  // Asked before the pictures are written, and again inside the transaction.
  parts.reader.prefix(collectionId);
  each(faces, (wish) => check(parts, wish));
  const kept = faces.map(({ face, ...wish }) => ({ ...copyFace(face), ...wish, id: parts.nextId() }));
  return withPictures(parts, kept, async () => {
    const { result } = await parts.removals.commitWhenCleared((ledger) => {
      const collection = ledger.collection(collectionId);
      return each(kept, (face) => {
        requirePerson(parts.reader, face.personId);
        return addReference(ledger, collection, face);
      });
    });
    return result;
  });
}

function check({ tables }: EnrolParts, { key, face, person = {} }: NewEnrolment): void {
  if (key !== null) checkKey(key);
  checkFaceNotes(face);
  checkNotes(person);
  checkVector(face.template.vector, tables.models.get(Buffer.from(face.template.modelId)));
}

/** `person-unknown` unless she is there for those who read. */
export function requirePerson(reader: Reader, personId: Uuid | undefined): void {
  if (personId !== undefined && !reader.findPerson(personId)) throw personUnknown();
}

/** Writes the pictures, then the references that name them; those whose reference could not be written are removed. */
export async function withPictures<R>(
  { pictures, writer }: Pick<EnrolParts, 'pictures' | 'writer'>,
  faces: readonly { readonly id: Uuid; readonly picture?: Uint8Array }[],
  write: () => Promise<R>,
): Promise<R> {
  const pictured = faces.flatMap(({ id, picture }) => (picture ? [{ id, picture }] : []));
  try {
    await Promise.all(pictured.map(({ id, picture }) => pictures.add(id, picture)));
    return await write();
  } catch (error) {
    if (pictured.length > 0) await writer.removePictures(pictured.map(({ id }) => id));
    throw error;
  }
}
