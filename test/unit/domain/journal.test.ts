import { expect, test } from 'vitest';
import { MemoryStamps } from '../../../src/adapters/gallery/memory/memory-stamps.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { newPerson } from '../../../src/domain/gallery-rules.ts';
import { Journal, type Place } from '../../../src/domain/journal.ts';
import { settleCollection } from '../../../src/domain/settle.ts';
import { HybridClock } from '../../../src/primitives/hybrid-clock.ts';
import { ann, bea, staff } from '../../fixtures/sync/records.ts';
import { devices } from '../../fixtures/sync/stamps.ts';

/** Two members of one collection; a caller of the journal keeps who has which face. */
function annAndBea() {
  const held = new Map<Uuid, Uuid>();
  const records = new MemoryStamps({
    placesOf: () => [staff],
    referencesOf: ({ personId }: Place) => [...held].flatMap(([id, by]) => (by === personId ? [id] : [])),
  });
  const journal = new Journal(records, new HybridClock({ nowMs: () => 5, device: devices[0] }));
  const enrol = (id: Uuid, personId: Uuid) => {
    held.set(id, personId);
    journal.addReference({ id, number: held.size, collectionId: staff, personId });
  };
  for (const id of [ann, bea]) {
    journal.addPerson(newPerson({ id, number: 1, key: id, createdAtMs: 5 }));
    journal.place({ collectionId: staff, personId: id, key: id });
  }
  enrol('f1', ann);
  enrol('f2', bea);
  held.set('f1', bea);
  journal.leave({ collectionId: staff, personId: ann }, { kind: 'merged', heirId: bea });
  const settled = () => {
    const memberships = [ann, bea].map((personId) => records.membership({ collectionId: staff, personId })!);
    const beside = { cleared: undefined, isErased: () => false };
    const { members, holders } = settleCollection(memberships, [...records.references.values()], beside);
    return { members: [...members.keys()].sort(), holders: Object.fromEntries(holders) };
  };
  return { journal, records, enrol, settled };
}

test('who was merged and is placed anew is one of her own, and her heir keeps the faces', () => {
  const { journal, enrol, settled } = annAndBea();
  expect(settled()).toEqual({ members: [bea], holders: { f1: bea, f2: bea } });
  journal.place({ collectionId: staff, personId: ann, key: 'ann' });
  enrol('f3', ann);
  expect(settled()).toEqual({ members: [ann, bea], holders: { f1: bea, f2: bea, f3: ann } });
});

test('faces that came to an heir are known as those of the person they were given to', () => {
  const { journal, records } = annAndBea();
  const place = { collectionId: staff, personId: bea };
  expect(journal.facesWithHeirs(ann)).toEqual([{ ...place, referenceId: 'f1' }]);
  expect(journal.facesWithHeirs(bea)).toEqual([]);
  journal.place({ collectionId: staff, personId: ann, key: 'ann' });
  expect(journal.facesWithHeirs(ann)).toEqual([]);
  expect(records.reference('f1')?.personId).toBe(bea);
});

test('a suspension of one who was merged reaches her heir', () => {
  const { journal, records } = annAndBea();
  journal.changePerson(ann, { status: 'suspended' });
  expect(records.person(bea)?.status).toBe('suspended');
  journal.changePerson(bea, { status: 'active' });
  journal.changePerson(ann, { name: 'Ann Lee' });
  expect(records.person(bea)).toMatchObject({ status: 'active', name: bea });
});

test('a record that a write changes several times is noted once, after the stamps that it has', () => {
  const { journal, records } = annAndBea();
  journal.finish();
  const noted = records.changes.map(({ entity, id }) => `${entity} ${id}`);
  expect(new Set(noted).size).toBe(noted.length);
  const { added } = records.membership({ collectionId: staff, personId: bea })!;
  for (const { stamp } of records.changes) expect(stamp.count).toBeGreaterThan(added.count);
  journal.finish();
  expect(records.changes).toHaveLength(noted.length);
});
