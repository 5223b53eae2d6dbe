import type { Candidate, Reference, Uuid } from '../../../domain/gallery.ts';
import { boundedCosine, checkVector, isSearchable } from '../../../domain/gallery-rules.ts';
import type { SearchRequest } from '../../../domain/ports/gallery.ts';
import { cosine } from '../../../domain/vector.ts';
import type { MemoryRecords } from './memory-records.ts';

/** Compares every probe with every reference. */
export function searchRecords(records: MemoryRecords, request: SearchRequest): Candidate[][] {
  for (const id of request.collectionIds) records.checkCollection(id);
  for (const probe of request.probes) checkVector(probe, records.dimensions.get(request.modelId));
  return request.probes.map((probe) => searchOne(records, request, probe));
}

/** Looks at every reference. */
export function countSearchable(records: MemoryRecords, collectionIds: readonly Uuid[]): number {
  for (const id of collectionIds) records.checkCollection(id);
  const found = records.held
    .map(({ reference }) => reference)
    .filter(({ collectionId }) => collectionIds.includes(collectionId))
    .filter(({ personId }) => isSearchable(records.persons.get(personId)!, records))
    .map(({ collectionId, personId }) => `${collectionId} ${personId}`);
  return new Set(found).size;
}

function searchOne(records: MemoryRecords, request: SearchRequest, probe: Float32Array): Candidate[] {
  const ranked = records.held
    .filter(({ reference }) => request.collectionIds.includes(reference.collectionId))
    .filter(({ reference }) => reference.template.modelId === request.modelId)
    .filter(
      ({ reference }) =>
        request.includeBarred || isSearchable(records.persons.get(reference.personId)!, records),
    )
    // In single precision, as indexes tell scores: which are equal depends on it.
    .map(({ reference }) => ({ reference, score: Math.fround(cosine(probe, reference.template.vector)) }))
    .filter(({ score }) => score >= request.minScore)
    .sort((one, other) => other.score - one.score || one.reference.number - other.reference.number);
  const seen = new Set<Uuid | number>();
  const identity = ({ personId, faceNumber, number }: Reference) => {
    if (request.distinctPersons) return personId;
    return request.distinctFaces ? faceNumber : number;
  };
  const kept = ranked.filter(({ reference }) => {
    const own = identity(reference);
    return !seen.has(own) && seen.add(own);
  });
  return kept.slice(0, request.limit).map(({ reference, score }) => {
    const { id: referenceId, faceNumber, personId, collectionId, key } = records.keyed(reference);
    return { score: boundedCosine(score), referenceId, faceNumber, personId, collectionId, key };
  });
}
