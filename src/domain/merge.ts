import { compareStamps, latestStamp, type Stamp } from '../primitives/stamp.ts';
import { compareKeys } from './gallery-rules.ts';
import { laterGroup, metadataText } from './person-groups.ts';
import type {
  Claim,
  Merge,
  ReferenceNotes,
  SyncedCollection,
  SyncedMembership,
  SyncedPerson,
  SyncedReference,
  SyncedTombstone,
} from './synced-records.ts';

// Two copies of one record become one. Each function here is commutative, associative and idempotent, so that devices
// which know the same writes have the same records, in whatever order and how often the writes came.

/** Each group of fields from the later write; a number that she had to take instead of hers stays. */
export function mergePersons(one: SyncedPerson, other: SyncedPerson): SyncedPerson {
  const name = laterGroup('name', one, other);
  const status = laterGroup('status', one, other);
  const validity = laterGroup('validity', one, other);
  const metadata = laterGroup('metadata', one, other);
  const { validFromMs, validUntilMs } = validity;
  return {
    id: one.id,
    ...mergeNumbers(one, other),
    name: name.name,
    status: status.status,
    ...(validFromMs !== undefined && { validFromMs }),
    ...(validUntilMs !== undefined && { validUntilMs }),
    metadata: metadata.metadata,
    createdAtMs: Math.min(one.createdAtMs, other.createdAtMs),
    stamps: {
      created: earlierStamp(one.stamps.created, other.stamps.created),
      name: name.stamps.name,
      status: status.stamps.status,
      validity: validity.stamps.validity,
      metadata: metadata.stamps.metadata,
    },
  };
}

/** The latest of each kind of event; which of them counts is told by `holderOf`. */
export function mergeMemberships(one: SyncedMembership, other: SyncedMembership): SyncedMembership {
  const removed = latestStamp(one.removed, other.removed);
  const emptied = latestStamp(one.emptied, other.emptied);
  const merged = either(one.merged, other.merged, laterMerge);
  const key = either(one.key, other.key, laterClaim);
  return {
    collectionId: one.collectionId,
    personId: one.personId,
    added: laterStamp(one.added, other.added),
    ...(removed && { removed }),
    ...(emptied && { emptied }),
    ...(merged && { merged }),
    ...(key && { key }),
  };
}

/** Whom it was given to last, and the later notes as a whole; once removed it stays so. */
export function mergeReferences(one: SyncedReference, other: SyncedReference): SyncedReference {
  const order = compareStamps(one.placed, other.placed) || compareKeys(one.personId, other.personId);
  const { personId, placed } = order >= 0 ? one : other;
  const removed = latestStamp(one.removed, other.removed);
  const notes = removed ? undefined : either(one.notes, other.notes, laterNotes);
  return {
    id: one.id,
    collectionId: one.collectionId,
    ...mergeNumbers(one, other),
    created: earlierStamp(one.created, other.created),
    personId,
    placed,
    ...(notes && { notes }),
    ...(removed && { removed }),
  };
}

/** An erasure before all else, the first of several; else the later. */
export function mergeTombstones(one: SyncedTombstone, other: SyncedTombstone): SyncedTombstone {
  const erased = Number(one.kind === 'erased') - Number(other.kind === 'erased');
  if (erased !== 0) return erased > 0 ? one : other;
  const time = compareStamps(one.stamp, other.stamp);
  if (time !== 0) return time > 0 === (one.kind !== 'erased') ? one : other;
  return compareKeys(heirText(one), heirText(other)) >= 0 ? one : other;
}

/** The later name and slug; cleared and removed when either was. */
export function mergeCollections(one: SyncedCollection, other: SyncedCollection): SyncedCollection {
  const order = compareStamps(one.named, other.named) || compareKeys(one.name, other.name);
  const { name, named } = order >= 0 ? one : other;
  const cleared = latestStamp(one.cleared, other.cleared);
  const removed = latestStamp(one.removed, other.removed);
  return {
    id: one.id,
    slug: laterClaim(one.slug, other.slug),
    name,
    named,
    createdAtMs: Math.min(one.createdAtMs, other.createdAtMs),
    ...(cleared && { cleared }),
    ...(removed && { removed }),
  };
}

/** Who was merged into two people apart goes to the heir that was named later. */
export function laterMerge(one: Merge, other: Merge): Merge {
  return (compareStamps(one.stamp, other.stamp) || compareKeys(one.heirId, other.heirId)) >= 0 ? one : other;
}

/** The later claim; of one claim the copy that has moved more often. */
function laterClaim(one: Claim, other: Claim): Claim {
  const order =
    compareStamps(one.stamp, other.stamp) || one.moves - other.moves || compareKeys(one.wanted, other.wanted);
  return order >= 0 ? one : other;
}

function laterNotes(one: ReferenceNotes, other: ReferenceNotes): ReferenceNotes {
  const order =
    compareStamps(one.stamp, other.stamp) ||
    compareKeys(one.text, other.text) ||
    compareKeys(metadataText(one.metadata), metadataText(other.metadata));
  return order >= 0 ? one : other;
}

type Numbered = { readonly number: number; readonly numberMoves: number };

function mergeNumbers(one: Numbered, other: Numbered): Numbered {
  const { number, numberMoves } =
    (one.numberMoves - other.numberMoves || other.number - one.number) >= 0 ? one : other;
  return { number, numberMoves };
}

function earlierStamp(one: Stamp, other: Stamp): Stamp {
  return compareStamps(one, other) <= 0 ? one : other;
}

function laterStamp(one: Stamp, other: Stamp): Stamp {
  return compareStamps(one, other) >= 0 ? one : other;
}

function heirText(tombstone: SyncedTombstone): string {
  return tombstone.kind === 'merged' ? tombstone.heirId : '';
}

function either<T>(one: T | undefined, other: T | undefined, both: (one: T, other: T) => T): T | undefined {
  return one && other ? both(one, other) : (one ?? other);
}
