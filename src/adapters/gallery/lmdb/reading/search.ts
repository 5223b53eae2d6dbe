import type { Candidate } from '../../../../domain/gallery.ts';
import { boundedCosine, checkVector } from '../../../../domain/gallery-rules.ts';
import type { SearchRequest } from '../../../../domain/ports/gallery.ts';
import type { Environment } from '../disk/environment.ts';
import type { Tables } from '../disk/tables.ts';
import type { Finder } from '../finder/finder.ts';
import type { Readiness } from '../finder/readiness.ts';
import type { Found } from './found.ts';
import type { Reader } from './reader.ts';

export type SearchParts = {
  readonly environment: Pick<Environment, 'hurry'>;
  readonly tables: Tables;
  readonly finder: Finder;
  readonly found: Found;
  readonly readiness: Readiness;
  readonly reader: Reader;
};

/** Asks the finder, and names what it finds by what the store knows when the answer is made. */
export async function searchGallery(
  { environment, tables, finder, found, readiness, reader }: SearchParts,
  request: SearchRequest,
): Promise<Candidate[][]> {
  for (const id of request.collectionIds) reader.prefix(id);
  const dimensions = tables.models.get(Buffer.from(request.modelId));
  for (const probe of request.probes) checkVector(probe, dimensions);
  environment.hurry();
  await readiness.collections(request.collectionIds);
  const lists = await finder.search(request, {
    name: (number) => found.name(number, request.includeBarred),
    faceOf: (number) => found.faceOf(number),
  });
  return lists.map((hits) => hits.map((hit) => ({ ...hit, score: boundedCosine(hit.score) })));
}
