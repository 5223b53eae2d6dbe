import { createHash } from 'node:crypto';
import { compareStamps, type Stamp } from '../primitives/stamp.ts';
import type { Uuid } from './gallery.ts';
import { compareKeys, longestKey } from './gallery-rules.ts';
import type { Claim } from './synced-records.ts';

const longestSlug = 48;
/** What is given by counting stays below. */
const firstDerivedNumber = 2 ** 52;
const groupsOfUuid = 5;

/** Who has, or wants, a value that only one may have. */
export type Claimant = {
  readonly id: Uuid;
  /** Of the write that claimed it. */
  readonly claimed: Stamp;
  /** How often it had to take another value. */
  readonly moves: number;
};

/** Which of two that have the same value keeps it: negative for the first. The earlier, on every device. */
export function compareClaimants(one: Claimant, other: Claimant): number {
  return compareStamps(one.claimed, other.claimed) || compareKeys(one.id, other.id);
}

/**
 * Those who have to move so that all values differ, with their new `moves`. A move is never taken back: who has moved on
 * one device has moved on all.
 */
export function moveClashing<C extends Claimant>(
  claimants: readonly C[],
  claimedOf: (claimant: C) => string | number,
): C[] {
  const taken = new Set<string | number>();
  const moved: C[] = [];
  for (const claimant of claimants.toSorted(compareClaimants)) {
    let now = claimant;
    while (taken.has(claimedOf(now))) now = { ...now, moves: now.moves + 1 };
    taken.add(claimedOf(now));
    if (now !== claimant) moved.push(now);
  }
  return moved;
}

/** The key that a claim leads to: `ann`, then `ann~5f3a9c1e` with more and more of the person's id. */
export function claimedKey({ wanted, moves }: Pick<Claim, 'wanted' | 'moves'>, personId: Uuid): string {
  return movedText(wanted, idSuffix('~', personId, moves), longestKey);
}

/** The slug that a claim leads to: `staff`, then `staff-5f3a9c1e`. */
export function claimedSlug({ wanted, moves }: Pick<Claim, 'wanted' | 'moves'>, collectionId: Uuid): string {
  return movedText(wanted, idSuffix('-', collectionId, moves), longestSlug);
}

/**
 * The number that a person or reference has: `number`, the one that she was given, until she moves; then one between 2^52
 * and 2^53 that follows from her id.
 */
export function claimedNumber({ id, number, moves }: { id: Uuid; number: number; moves: number }): number {
  if (moves === 0) return number;
  const hash = createHash('sha256').update(`${id}/${moves}`).digest();
  return firstDerivedNumber + hash.readUIntBE(0, 6) * 16 + (hash[6]! >> 4);
}

function idSuffix(separator: string, id: Uuid, moves: number): string {
  if (moves === 0) return '';
  const groups = id.split('-').slice(0, moves);
  const further = moves > groupsOfUuid ? [String(moves - groupsOfUuid)] : [];
  return separator + [...groups, ...further].join('-');
}

function movedText(wanted: string, suffix: string, longest: number): string {
  const kept = wanted.slice(0, longest - suffix.length);
  // The cut may have gone through a character of two code units.
  return (kept.isWellFormed() ? kept : kept.slice(0, -1)) + suffix;
}
