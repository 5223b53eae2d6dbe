import { compareMoments, latestStamp, type Stamp } from '../primitives/stamp.ts';
import { type Claimant, claimedKey, moveClashing } from './clashes.ts';
import type { Uuid } from './gallery.ts';
import { heirsOf } from './heirs.ts';
import type { Claim, SyncedMembership, SyncedReference } from './synced-records.ts';

/** What decides on the places of one collection. */
export type PlaceRecords = {
  readonly cleared?: Stamp | undefined;
  /** Also of those who are gone from there. */
  membershipOf(personId: Uuid): SyncedMembership | undefined;
  isErased(personId: Uuid): boolean;
};

/** The places and faces of one collection after its records were merged. */
export type SettledCollection = {
  /** Each member's key. */
  readonly members: ReadonlyMap<Uuid, string>;
  /** Whose each reference is that is still there. */
  readonly holders: ReadonlyMap<Uuid, Uuid>;
  /** Keys that had to move: to be written, and told to an operator. */
  readonly moved: readonly { readonly personId: Uuid; readonly key: Claim }[];
};

/**
 * Whose it is now what a person was given in a collection, a face or a mere place, by a write of that stamp: her last
 * heir's. Nobody's, when she or one on the way was erased, or was taken out at the same moment or later; a merge counts as
 * giving it anew. A mere place also ends when its holder's last face went, at the same moment or later.
 */
export function holderOf(
  { personId, given, what }: { personId: Uuid; given: Stamp; what: 'face' | 'place' },
  records: PlaceRecords,
): Uuid | undefined {
  let at = given;
  const way = heirsOf(personId, (id) => records.membershipOf(id)?.merged);
  for (const id of way) {
    const membership = records.membershipOf(id);
    const ends = [records.cleared, membership?.removed, what === 'place' ? membership?.emptied : undefined];
    if (records.isErased(id) || ends.some((end) => end && compareMoments(end, at) >= 0)) return undefined;
    at = latestStamp(at, membership?.merged?.stamp) ?? at;
  }
  return way.at(-1);
}

/** Tells who is in a collection, under which key and with which faces. Equal records give equal answers, in any order. */
export function settleCollection(
  memberships: readonly SyncedMembership[],
  references: readonly SyncedReference[],
  beside: Pick<PlaceRecords, 'cleared' | 'isErased'>,
): SettledCollection {
  const byPerson = new Map(memberships.map((membership) => [membership.personId, membership]));
  const records: PlaceRecords = {
    cleared: beside.cleared,
    isErased: (id) => beside.isErased(id),
    membershipOf: (id) => byPerson.get(id),
  };
  const holders = new Map<Uuid, Uuid>();
  for (const { id, personId, placed, removed } of references) {
    const holder = removed ? undefined : holderOf({ personId, given: placed, what: 'face' }, records);
    // A face may come before the records of its person.
    if (holder && byPerson.has(holder)) holders.set(id, holder);
  }
  const present = new Set(holders.values());
  for (const { personId, added } of memberships) {
    const holder = holderOf({ personId, given: added, what: 'place' }, records);
    if (holder && byPerson.has(holder)) present.add(holder);
  }
  return { holders, ...settleKeys([...present].map((id) => byPerson.get(id)!)) };
}

function settleKeys(present: readonly SyncedMembership[]): Pick<SettledCollection, 'members' | 'moved'> {
  type KeyClaimant = Claimant & { readonly wanted: string };
  const claimants = present.map(({ personId, key, added }): KeyClaimant => {
    // All may have forgotten the key of one who comes back as an heir.
    const { wanted, moves, stamp } = key ?? { wanted: personId, moves: 0, stamp: added };
    return { id: personId, claimed: stamp, moves, wanted };
  });
  const keyOf = (claimant: KeyClaimant) => claimedKey(claimant, claimant.id);
  const moved = moveClashing(claimants, keyOf);
  const members = new Map([...claimants, ...moved].map((claimant) => [claimant.id, keyOf(claimant)]));
  return {
    members,
    moved: moved.map(({ id, wanted, moves, claimed }) => {
      return { personId: id, key: { wanted, moves, stamp: claimed } };
    }),
  };
}
