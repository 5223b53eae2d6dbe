import type { Uuid } from '../../../domain/gallery.ts';
import { checkTextLength } from '../../../domain/gallery-bounds.ts';
import { compareKeys, listedReference } from '../../../domain/gallery-rules.ts';
import type {
  FaceList,
  FacePage,
  ListedFace,
  ListedReference,
  ListedText,
  TextPlace,
} from '../../../domain/ports/gallery.ts';
import type { MemoryRecords } from './memory-records.ts';

export function findFace(
  records: MemoryRecords,
  faceNumber: number,
  collectionIds: readonly Uuid[],
): ListedReference[] {
  return referencesIn(records, collectionIds).filter((reference) => reference.faceNumber === faceNumber);
}

export function listFaces(
  records: MemoryRecords,
  collectionIds: readonly Uuid[],
  { order, after, limit, text, personId }: FacePage,
): FaceList {
  checkTextLength(text);
  const facing = order === 'oldest first' ? 1 : -1;
  const faces = facesIn(records, collectionIds)
    .filter(({ number }) => after === undefined || (number - after) * facing > 0)
    .filter(({ references }) =>
      references.some(
        (reference) =>
          (text === undefined || reference.text === text) &&
          (personId === undefined || reference.personId === personId),
      ),
    )
    .sort((one, other) => (one.number - other.number) * facing);
  return { faces: faces.slice(0, limit), hasMore: faces.length > limit };
}

export function listTexts(
  records: MemoryRecords,
  collectionIds: readonly Uuid[],
  { after, limit }: { after?: TextPlace; limit: number },
): ListedText[] {
  const ids = [...new Set(collectionIds)];
  const seen = new Set<string>();
  const all = ids.flatMap((collectionId) => {
    const texts = new Set(referencesIn(records, [collectionId]).map(({ text }) => text));
    const own = [...texts].filter((text) => text !== '' && !seen.has(text)).sort(compareKeys);
    for (const text of own) seen.add(text);
    return own.map((text) => ({ collectionId, text }));
  });
  const at = ids.indexOf(after?.collectionId ?? '');
  const isLater = ({ collectionId, text }: TextPlace) =>
    after === undefined ||
    ids.indexOf(collectionId) > at ||
    (collectionId === after.collectionId && compareKeys(text, after.text) > 0);
  return all
    .filter(isLater)
    .slice(0, limit)
    .map((place) => {
      const wish = { order: 'oldest first', limit: Number.POSITIVE_INFINITY, text: place.text } as const;
      const { faces } = listFaces(records, ids, wish);
      return { ...place, count: faces.length, first: faces[0]! };
    });
}

function facesIn(records: MemoryRecords, collectionIds: readonly Uuid[]): ListedFace[] {
  const faces = Map.groupBy(referencesIn(records, collectionIds), ({ faceNumber }) => faceNumber);
  return Array.from(faces, ([number, references]) => ({ number, references }));
}

/** In the order of their numbers. */
function referencesIn(records: MemoryRecords, collectionIds: readonly Uuid[]): ListedReference[] {
  for (const id of collectionIds) records.checkCollection(id);
  return records.held
    .filter(({ reference }) => collectionIds.includes(reference.collectionId))
    .map(({ reference }) => listedReference(records.keyed(reference)));
}
