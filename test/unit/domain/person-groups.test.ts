import { describe, expect, test } from 'vitest';
import type { PersonChange } from '../../../src/domain/gallery.ts';
import { mergePersons } from '../../../src/domain/merge.ts';
import { changedSyncedPerson, inheritSuspension } from '../../../src/domain/person-groups.ts';
import type { SyncedPerson } from '../../../src/domain/synced-records.ts';
import type { Stamp } from '../../../src/primitives/stamp.ts';
import { ann, bea, person } from '../../fixtures/sync/records.ts';
import { stampOf } from '../../fixtures/sync/stamps.ts';

/** What two devices make of one person apart, after they have met. */
function apart(one: [PersonChange, Stamp], other: [PersonChange, Stamp], from = person(ann)): SyncedPerson {
  const [here, there] = [one, other].map(([change, stamp]) => changedSyncedPerson(from, change, stamp));
  expect(mergePersons(here!, there!)).toEqual(mergePersons(there!, here!));
  return mergePersons(here!, there!);
}

describe('changes made apart', () => {
  test('of one group: the later stands', () => {
    expect(apart([{ name: 'Ann' }, stampOf(5)], [{ name: 'Anna' }, stampOf(4, 1)]).name).toBe('Ann');
    expect(apart([{ name: 'Ann' }, stampOf(5)], [{ name: 'Anna' }, stampOf(5, 1)]).name).toBe('Anna');
  });

  test('of different groups: both stand', () => {
    const both = apart([{ name: 'Ann' }, stampOf(5)], [{ metadata: { desk: '3' } }, stampOf(4, 1)]);
    expect(both).toMatchObject({ name: 'Ann', metadata: { desk: '3' }, status: 'active' });
  });

  test('of suspension and activation: the later stands, at the same moment the suspension', () => {
    const suspended = changedSyncedPerson(person(ann), { status: 'suspended' }, stampOf(1));
    const status = (suspendedAt: Stamp, activatedAt: Stamp) =>
      apart([{ status: 'suspended' }, suspendedAt], [{ status: 'active' }, activatedAt], suspended).status;
    expect(status(stampOf(5), stampOf(6, 1))).toBe('active');
    expect(status(stampOf(6), stampOf(5, 1))).toBe('suspended');
    expect(status(stampOf(5, 0), stampOf(5, 1))).toBe('suspended');
    expect(status(stampOf(5, 1), stampOf(5, 0))).toBe('suspended');
  });

  test('of validity: both bounds come from the later, also when it lifted one', () => {
    const bounded = changedSyncedPerson(person(ann), { validFromMs: 10, validUntilMs: 20 }, stampOf(1));
    const merged = apart(
      [{ validUntilMs: null }, stampOf(5)],
      [{ validUntilMs: 15, validFromMs: 12 }, stampOf(4, 1)],
      bounded,
    );
    expect(merged.validFromMs).toBe(10);
    expect('validUntilMs' in merged).toBe(false);
  });
});

describe('a write', () => {
  test('stamps only the groups that it changes', () => {
    const form = { name: 'Ann', metadata: {}, status: 'active', validFromMs: null } as const;
    const changed = changedSyncedPerson(person(ann), form, stampOf(5));
    expect(changed.stamps).toEqual({ ...person(ann).stamps, name: stampOf(5) });
  });

  test('that sends a form back whole does not lift a suspension elsewhere', () => {
    const form = { name: 'Ann', status: 'active' } as const;
    expect(apart([{ status: 'suspended' }, stampOf(4)], [form, stampOf(5, 1)]).status).toBe('suspended');
  });

  test('that suspends again holds against an activation that is not known yet', () => {
    const suspended = changedSyncedPerson(person(ann), { status: 'suspended' }, stampOf(1));
    const merged = apart(
      [{ status: 'suspended' }, stampOf(6)],
      [{ status: 'active' }, stampOf(5, 1)],
      suspended,
    );
    expect(merged.status).toBe('suspended');
  });

  test('does not stamp metadata whose names only stand in another order', () => {
    const first = changedSyncedPerson(person(ann), { metadata: { a: '1', b: '2' } }, stampOf(1));
    const again = changedSyncedPerson(first, { metadata: { b: '2', a: '1' } }, stampOf(5));
    expect(again.stamps.metadata).toEqual(stampOf(1));
  });
});

describe('an heir', () => {
  const suspendedAt = (stamp: Stamp) => changedSyncedPerson(person(ann), { status: 'suspended' }, stamp);

  test('takes over a suspension, unless she was activated later', () => {
    const heir = changedSyncedPerson(
      changedSyncedPerson(person(bea), { status: 'suspended' }, stampOf(2)),
      { status: 'active' },
      stampOf(5),
    );
    const inherits = inheritSuspension(heir, suspendedAt(stampOf(6, 1)));
    expect(inherits).toMatchObject({ id: bea, status: 'suspended', stamps: { status: stampOf(6, 1) } });
    expect(inheritSuspension(heir, suspendedAt(stampOf(5))).status).toBe('suspended');
    expect(inheritSuspension(heir, suspendedAt(stampOf(4, 1)))).toBe(heir);
  });

  test('is not activated by the one who was merged into her', () => {
    const heir = changedSyncedPerson(person(bea), { status: 'suspended' }, stampOf(2));
    expect(inheritSuspension(heir, person(ann, stampOf(9)))).toBe(heir);
  });
});
