import type { CollectionCounts, Uuid } from '../../../../domain/gallery.ts';
import type { Clearing } from '../disk/stamped-records.ts';
import { findMember } from '../writing/members.ts';
import { beginClearing } from './clearing.ts';
import { beginDeparture } from './departure.ts';
import type { Removals } from './removals.ts';
import { beginSlice } from './slice.ts';

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

/** Tells how many references the member had; `undefined` when there is none. Resolves as `clearCollection` does. */
export async function removeMember(
  removals: Removals,
  collectionId: Uuid,
  key: string,
): Promise<number | undefined> {
  const { result } = await removals.commitWhenCleared((ledger) => {
    const collection = ledger.collection(collectionId);
    const member = findMember(ledger, collection, key);
    if (!member) return undefined;
    const ending = { kind: 'removed' } as const;
    const references = beginDeparture(beginSlice(ledger), collection, { member, ending });
    return { personId: member.personId, references };
  });
  if (!result) return undefined;
  await removals.settle({ kind: 'departure', collectionId, personId: result.personId });
  return result.references;
}
