import type { Candidate } from '../../../../domain/gallery.ts';
import { boundedCosine, checkVector } from '../../../../domain/gallery-rules.ts';
import type { SearchRequest } from '../../../../domain/ports/gallery.ts';
import { numberBytes } from '../disk/keys.ts';
import type { Tables } from '../disk/tables.ts';
import type { Finder } from '../finder/finder.ts';
import type { Reader } from './reader.ts';

export type SearchParts = { readonly tables: Tables; readonly finder: Finder; readonly reader: Reader };

/** Asks the finder, and names what it finds by what the store knows when the answer is made. */
export async function searchGallery(
  { tables, finder, reader }: SearchParts,
  request: SearchRequest,
): Promise<Candidate[][]> {
  for (const id of request.collectionIds) reader.prefix(id);
  const dimensions = tables.models.get(Buffer.from(request.modelId));
  for (const probe of request.probes) checkVector(probe, dimensions);
  const found = await finder.search(request, ({ person, collectionId, number }) => {
    const key = reader.keyOfFound(person.id, collectionId);
    if (key === undefined) return undefined;
    return { key, faceNumber: tables.copiedFaces.get(numberBytes(number)) ?? number };
  });
  return found.map((hits) =>
    hits.map(({ score, key, faceNumber, facts: { referenceId, person, collectionId } }) => {
      return { score: boundedCosine(score), referenceId, faceNumber, personId: person.id, collectionId, key };
    }),
  );
}
