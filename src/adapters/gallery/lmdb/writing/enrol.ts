import type { NewReference, Reference, Uuid } from '../../../../domain/gallery.ts';
import { checkKey, checkVector, copyFace } from '../../../../domain/gallery-rules.ts';
import type { EnrolOptions } from '../../../../domain/ports/gallery.ts';
import type { Pictures } from '../disk/pictures.ts';
import type { Reader } from '../reading/reader.ts';
import type { Removals } from '../removal/removals.ts';
import type { LedgerParts } from './ledger.ts';
import { addReference, findReference, removeReference } from './references.ts';
import type { Writer } from './writer.ts';

export type EnrolParts = Pick<LedgerParts, 'tables' | 'nextId'> & {
  readonly reader: Reader;
  readonly pictures: Pictures;
  readonly writer: Writer;
  readonly removals: Pick<Removals, 'commitWhenCleared'>;
};

/** Writes the picture, then the reference that names it; a picture whose reference could not be written is removed. */
export async function enrol(
  { tables, nextId, reader, pictures, writer, removals }: EnrolParts,
  collectionId: Uuid,
  { key, replacing, ...face }: NewReference & EnrolOptions & { readonly key: string },
): Promise<Reference> {
  checkKey(key);
  checkVector(face.template.vector);
  // Asked before the picture is written, and again inside the transaction.
  reader.prefix(collectionId);
  checkVector(face.template.vector, tables.models.get(Buffer.from(face.template.modelId)));
  const kept = { ...copyFace(face), key, id: nextId() };
  if (kept.picture) await pictures.add(kept.id, kept.picture);
  try {
    const { result } = await removals.commitWhenCleared((ledger) => {
      const collection = ledger.collection(collectionId);
      const reference = addReference(ledger, collection, kept);
      const replaced = replacing === undefined ? undefined : findReference(ledger, collection, replacing);
      // After the new one has come: her place in the collection stays.
      if (replaced?.personId === reference.personId) removeReference(ledger, collection, replaced);
      return reference;
    });
    return result;
  } catch (error) {
    if (kept.picture) await writer.removePictures([kept.id]);
    throw error;
  }
}
