import type { CollectionCounts, Uuid } from '../../../../domain/gallery.ts';
import type { ListedReference } from '../../../../domain/ports/gallery.ts';
import type { Clearing } from '../disk/stamped-records.ts';
import type { OpenCollection } from '../writing/ledger.ts';
import { findMember } from '../writing/members.ts';
import { findReference, removeReference } from '../writing/references.ts';
import { beginClearing } from './clearing.ts';
import { beginDeparture } from './departure.ts';
import type { Removals } from './removals.ts';
import { beginSlice, type Slice } from './slice.ts';

/** Resolves when the last slice is gone or, should that fail, when it is hidden and waits to be tried again. */
export async function clearCollection(
  removals: Removals,
  collectionId: Uuid,
  what: Clearing,
): Promise<CollectionCounts> {
  const { result } = await removals.commitWhenCleared((ledger) =>
    beginClearing(beginSlice(ledger), ledger.collection(collectionId), what),
  );
  await removals.settle({ kind: 'clearing', collectionId });
  return result;
}

/**
 * Tells how many references the member had; `undefined` when there is none, or it is not the person who is named. Resolves
 * as `clearCollection` does.
 */
export async function removeMember(
  removals: Removals,
  collectionId: Uuid,
  { key, personId }: { readonly key: string; readonly personId?: Uuid | undefined },
): Promise<number | undefined> {
  const { result } = await removals.commitWhenCleared((ledger) => {
    const collection = ledger.collection(collectionId);
    const member = findMember(ledger, collection, key);
    if (!member || (personId !== undefined && member.personId !== personId)) return undefined;
    const ending = { kind: 'removed' } as const;
    const references = beginDeparture(beginSlice(ledger), collection, { member, ending });
    return { personId: member.personId, references };
  });
  if (!result) return undefined;
  await removals.settle({ kind: 'departure', collectionId, personId: result.personId });
  return result.references;
}

/** Slice by slice; tells which there were. */
export async function removeReferences(
  removals: Removals,
  collectionId: Uuid,
  referenceIds: readonly Uuid[],
): Promise<ListedReference[]> {
  const removed: ListedReference[] = [];
  let done = 0;
  do {
    const { result } = await removals.commitWhenCleared((ledger) =>
      removeSlice(beginSlice(ledger), ledger.collection(collectionId), referenceIds.slice(done)),
    );
    removed.push(...result.removed);
    done += result.tried;
  } while (done < referenceIds.length);
  return removed;
}

function removeSlice(
  { ledger, isOver }: Slice,
  collection: OpenCollection,
  referenceIds: readonly Uuid[],
): { removed: ListedReference[]; tried: number } {
  const removed: ListedReference[] = [];
  let tried = 0;
  for (const id of referenceIds) {
    const record = findReference(ledger, collection, id);
    if (record) removed.push(removeReference(ledger, collection, record));
    tried++;
    if (isOver()) break;
  }
  return { removed, tried };
}
