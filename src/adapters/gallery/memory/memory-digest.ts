import type { Uuid } from '../../../domain/gallery.ts';
import { createGalleryDigest, digestedTombstone, vectorBytes } from '../../../domain/gallery-digest.ts';
import { compareKeys } from '../../../domain/gallery-rules.ts';
import { plainPerson } from '../../../domain/person-groups.ts';
import type { MemoryRecords } from './memory-records.ts';

/** All records in the digest's order. */
export function digestRecords(records: MemoryRecords): string {
  const digest = createGalleryDigest();
  const byId = (one: { id: Uuid }, other: { id: Uuid }) => compareKeys(one.id, other.id);
  const collections = records.collections.toSorted(byId);
  for (const collection of collections) digest.add('collection', collection);
  for (const person of [...records.persons.values()].sort(byId)) digest.add('person', plainPerson(person));
  for (const { id } of collections) {
    for (const place of records.placesIn(id)) digest.add('membership', records.membership(place));
  }
  for (const { reference, picture } of records.held) {
    const { template, crop, ...rest } = reference;
    const record = { ...rest, modelId: template.modelId, cropLandmarks: crop?.landmarks };
    digest.add('reference', record, [vectorBytes(template.vector), crop?.jpeg, picture]);
  }
  for (const personId of [...records.stamps.tombstones.keys()].sort(compareKeys)) {
    const { stamp: _, ...tombstone } = records.stamps.tombstones.get(personId)!;
    digest.add('tombstone', digestedTombstone(personId, tombstone));
  }
  return digest.finish();
}
