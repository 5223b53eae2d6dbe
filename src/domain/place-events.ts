import type { Stamp } from '../primitives/stamp.ts';
import type { Uuid } from './gallery.ts';
import type { SyncedMembership } from './synced-records.ts';

/** How somebody leaves a collection. What a clearing or an erasure ends is told by the collection or the tombstone. */
export type Ending =
  | { readonly kind: 'removed' | 'emptied' | 'cleared' | 'erased' }
  | { readonly kind: 'merged'; readonly heirId: Uuid };

/**
 * The membership of somebody who gets a place, and `before` had one. Who was merged here is one of her own again: the
 * faces that her heir has of hers must be given to the heir anew.
 */
export function placedMembership(
  { collectionId, personId, key }: { collectionId: Uuid; personId: Uuid; key: string },
  stamp: Stamp,
  before?: SyncedMembership,
): SyncedMembership {
  return {
    ...before,
    ...{ collectionId, personId, added: stamp },
    ...(before?.merged && { merged: { heirId: personId, stamp } }),
    key: { wanted: key, moves: 0, stamp },
  };
}

/** After a write that gave her another key. */
export function rekeyedMembership(
  membership: SyncedMembership,
  wanted: string,
  stamp: Stamp,
): SyncedMembership {
  return { ...membership, key: { wanted, moves: 0, stamp } };
}

/** After she has left; her key is forgotten. */
export function endedMembership(
  { key: _, ...membership }: SyncedMembership,
  ending: Ending,
  stamp: Stamp,
): SyncedMembership {
  switch (ending.kind) {
    case 'removed':
      return { ...membership, removed: stamp };
    case 'emptied':
      return { ...membership, emptied: stamp };
    case 'merged':
      return { ...membership, merged: { heirId: ending.heirId, stamp } };
    case 'cleared':
    case 'erased':
      return membership;
  }
}
