import { AppError } from '../../../domain/errors.ts';
import type { Collection, CollectionChange, CollectionCounts, Uuid } from '../../../domain/gallery.ts';
import type { SyncedCollection } from '../../../domain/synced-records.ts';
import type { MemoryRecords } from './memory-records.ts';

export function addCollection(
  records: MemoryRecords,
  { slug, name, metadata }: Pick<Collection, 'slug' | 'name' | 'metadata'>,
): Collection {
  if (records.collections.some((collection) => collection.slug === slug)) throw slugTaken();
  const collection = { id: records.nextId(), slug, name, metadata, createdAtMs: records.nowMs() };
  records.collections.push(collection);
  const stamp = records.journal.stamp();
  const { id, createdAtMs } = collection;
  note(records, { id, slug: { wanted: slug, moves: 0, stamp }, name, named: stamp, createdAtMs });
  return collection;
}

export function changeCollection(
  records: MemoryRecords,
  collectionId: Uuid,
  change: CollectionChange,
): Collection {
  const before = records.checkCollection(collectionId);
  if (records.collections.some(({ id, slug }) => id !== collectionId && slug === change.slug))
    throw slugTaken();
  const after = { ...before, ...change };
  records.collections = records.collections.map((each) => (each === before ? after : each));
  const stamp = records.journal.stamp();
  note(records, {
    ...synced(records, collectionId),
    ...(after.slug !== before.slug && { slug: { wanted: after.slug, moves: 0, stamp } }),
    ...(after.name !== before.name && { name: after.name, named: stamp }),
  });
  return after;
}

/** Takes all members and their references out. */
export function clearCollection(records: MemoryRecords, collectionId: Uuid): CollectionCounts {
  records.checkCollection(collectionId);
  note(records, { ...synced(records, collectionId), cleared: records.journal.stamp() });
  const places = records.placesIn(collectionId);
  const references = records.drop((reference) => reference.collectionId === collectionId).length;
  for (const place of places) records.leave(place, { kind: 'cleared' });
  return { members: places.length, references };
}

export function removeCollection(records: MemoryRecords, collectionId: Uuid): CollectionCounts {
  const counts = clearCollection(records, collectionId);
  records.collections = records.collections.filter(({ id }) => id !== collectionId);
  note(records, { ...synced(records, collectionId), removed: records.journal.stamp() });
  return counts;
}

function synced({ stamps }: MemoryRecords, collectionId: Uuid): SyncedCollection {
  return stamps.collections.get(collectionId)!;
}

function note({ stamps, journal }: MemoryRecords, collection: SyncedCollection): void {
  stamps.collections.set(collection.id, collection);
  journal.note(collection.id, 'collection', collection.id);
}

function slugTaken(): AppError {
  return new AppError('collection-exists', 'The slug is taken');
}
