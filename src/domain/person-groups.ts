import { compareMoments, compareStamps, type Stamp } from '../primitives/stamp.ts';
import type { Metadata, Person, PersonChange } from './gallery.ts';
import { changedPerson, compareKeys } from './gallery-rules.ts';
import { type PersonGroup, personGroups, type SyncedPerson } from './synced-records.ts';

/** A person as the write that made her stamps her. */
export function stampedPerson(person: Person, stamp: Stamp): SyncedPerson {
  const stamps = { created: stamp, name: stamp, status: stamp, validity: stamp, metadata: stamp };
  return { ...person, numberMoves: 0, stamps };
}

/** The person as callers know her. */
export function plainPerson({
  stamps: _,
  numberMoves: __,
  ...person
}: Person & { readonly stamps: unknown; readonly numberMoves?: number }): Person {
  return person;
}

/**
 * The person after a change. Only groups that differ are stamped, so that a form sent back whole overrides nothing that
 * happened elsewhere; a suspension always is, so that it also holds against an activation which is not known here yet.
 */
export function changedSyncedPerson(person: SyncedPerson, change: PersonChange, stamp: Stamp): SyncedPerson {
  const changed = changedPerson(person, change);
  const written = personGroups.filter(
    (group) =>
      groupText(group, changed) !== groupText(group, person) ||
      (group === 'status' && change.status === 'suspended'),
  );
  const stamps = { ...person.stamps, ...Object.fromEntries(written.map((group) => [group, stamp])) };
  return { ...changed, numberMoves: person.numberMoves, stamps };
}

/** Of two copies of a group the later; at the same moment a suspension, else the greater device's. */
export function laterGroup(group: PersonGroup, one: SyncedPerson, other: SyncedPerson): SyncedPerson {
  const [first, second] = [one.stamps[group], other.stamps[group]];
  const order =
    compareMoments(first, second) ||
    (group === 'status' ? severity(one) - severity(other) : 0) ||
    compareStamps(first, second) ||
    compareKeys(groupText(group, one), groupText(group, other));
  return order >= 0 ? one : other;
}

/**
 * The heir after a merge that may have crossed a suspension: it goes over to her, unless she was activated later. Nothing
 * else does: an activation, name or validity of the one who was merged ends with her.
 */
export function inheritSuspension(heir: SyncedPerson, merged: SyncedPerson): SyncedPerson {
  if (merged.status !== 'suspended' || laterGroup('status', heir, merged) === heir) return heir;
  return { ...heir, status: 'suspended', stamps: { ...heir.stamps, status: merged.stamps.status } };
}

function severity({ status }: Person): number {
  return status === 'suspended' ? 1 : 0;
}

/** Equal for equal values. */
function groupText(group: PersonGroup, person: Person): string {
  switch (group) {
    case 'name':
      return person.name;
    case 'status':
      return person.status;
    case 'validity':
      return JSON.stringify([person.validFromMs ?? null, person.validUntilMs ?? null]);
    case 'metadata':
      return metadataText(person.metadata);
  }
}

/** Equal for equal metadata. */
export function metadataText(metadata: Metadata): string {
  return JSON.stringify(Object.entries(metadata).sort(([one], [other]) => compareKeys(one, other)));
}
