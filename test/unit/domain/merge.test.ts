import { describe, expect, test } from 'vitest';
import { mergePersons, mergeReferences, mergeTombstones } from '../../../src/domain/merge.ts';
import type { SyncedTombstone } from '../../../src/domain/synced-records.ts';
import { ann, bea, cid, face, person } from '../../fixtures/sync/records.ts';
import { stampOf } from '../../fixtures/sync/stamps.ts';

describe('merging two copies', () => {
  test('of a person keeps the number that she had to take', () => {
    const moved = { ...person(ann), number: 2 ** 52 + 1, numberMoves: 1 };
    expect(mergePersons(person(ann), moved)).toMatchObject({ number: 2 ** 52 + 1, numberMoves: 1 });
  });

  test('of a reference keeps it removed, also when it was given to another person later', () => {
    const removed = { ...face(1, ann, stampOf(1)), removed: stampOf(4) };
    const given = { ...face(1, ann, stampOf(1)), personId: bea, placed: stampOf(9) };
    expect(mergeReferences(given, removed)).toMatchObject({ personId: bea, removed: stampOf(4) });
  });
});

describe('of two tombstones', () => {
  const personId = ann;
  const left: SyncedTombstone = { personId, kind: 'left', stamp: stampOf(9) };
  const merged: SyncedTombstone = { personId, kind: 'merged', heirId: bea, stamp: stampOf(5) };
  const erased: SyncedTombstone = { personId, kind: 'erased', stamp: stampOf(1) };

  test('an erasure stands, whenever it was, and the first of several', () => {
    expect(mergeTombstones(erased, left)).toBe(erased);
    expect(mergeTombstones(merged, erased)).toBe(erased);
    expect(mergeTombstones({ ...erased, stamp: stampOf(3) }, erased)).toBe(erased);
  });

  test('the later stands, so that the heir is the one named last', () => {
    const again: SyncedTombstone = { ...merged, heirId: cid, stamp: stampOf(6) };
    expect(mergeTombstones(again, merged)).toBe(again);
    expect(mergeTombstones(again, left)).toBe(left);
  });
});
