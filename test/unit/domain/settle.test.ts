import { describe, expect, test } from 'vitest';
import { mergeMemberships, mergeReferences } from '../../../src/domain/merge.ts';
import { settleCollection } from '../../../src/domain/settle.ts';
import type { SyncedMembership, SyncedReference } from '../../../src/domain/synced-records.ts';
import type { Stamp } from '../../../src/primitives/stamp.ts';
import { ann, bea, cid, face, place } from '../../fixtures/sync/records.ts';
import { stampOf } from '../../fixtures/sync/stamps.ts';

type Device = { readonly places: SyncedMembership[]; readonly faces?: SyncedReference[] };

/** What all see after the devices have met, as `key: faces`; the same in both orders. */
function met(devices: Device[], beside: { cleared?: Stamp; erased?: string[] } = {}): string[] {
  const seen = [devices, devices.toReversed()].map((order) => {
    const places = new Map<string, SyncedMembership>();
    const faces = new Map<string, SyncedReference>();
    for (const device of order) {
      for (const one of device.places) {
        const known = places.get(one.personId);
        places.set(one.personId, known ? mergeMemberships(known, one) : one);
      }
      for (const one of device.faces ?? []) {
        const known = faces.get(one.id);
        faces.set(one.id, known ? mergeReferences(known, one) : one);
      }
    }
    const isErased = (id: string) => beside.erased?.includes(id) ?? false;
    const settled = settleCollection([...places.values()], [...faces.values()], {
      cleared: beside.cleared,
      isErased,
    });
    const facesOf = (personId: string) =>
      [...settled.holders].flatMap(([id, holder]) => (holder === personId ? [id[7]!] : [])).sort();
    return [...settled.members].map(([id, key]) => [`${key}:`, ...facesOf(id)].join(' ')).sort();
  });
  expect(seen[0]).toEqual(seen[1]);
  return seen[0]!;
}

const into = (heirId: string, stamp: Stamp) => ({ heirId, stamp });
const f1 = face(1, ann, stampOf(1));
const f2 = face(2, bea, stampOf(2));
const annThere: Device = { places: [place(ann, stampOf(1))], faces: [f1] };
const beaThere: Device = { places: [place(bea, stampOf(2))], faces: [f2] };

describe('a place', () => {
  test('that was removed goes with all its faces, also with those that were not known', () => {
    const removed = { places: [place(ann, stampOf(1), { removed: stampOf(9) })] };
    expect(met([annThere, removed])).toEqual([]);
  });

  test('that was taken again later comes back, with the faces given since', () => {
    const removed = { places: [place(ann, stampOf(1), { removed: stampOf(5) })] };
    const enrolled: Device = {
      places: [place(ann, stampOf(8), { key: { wanted: 'ann', moves: 0, stamp: stampOf(1) } })],
      faces: [f1, face(3, ann, stampOf(8))],
    };
    expect(met([removed, enrolled])).toEqual(['ann: 3']);
  });

  test('that was removed and taken at the same moment is gone, whichever device is greater', () => {
    for (const [one, other] of [
      [0, 1],
      [1, 0],
    ]) {
      const removed = { places: [place(ann, stampOf(1), { removed: stampOf(5, one) })] };
      expect(met([removed, { places: [place(ann, stampOf(5, other))] }])).toEqual([]);
    }
  });

  test('that was renamed elsewhere stays removed', () => {
    const removed = { places: [place(ann, stampOf(1), { removed: stampOf(5) })] };
    const renamed = {
      places: [place(ann, stampOf(1), { key: { wanted: 'anna', moves: 0, stamp: stampOf(9) } })],
    };
    expect(met([removed, renamed])).toEqual([]);
  });

  test('that became empty is kept by a face that was given to it elsewhere, also earlier', () => {
    const emptied: Device = {
      places: [place(ann, stampOf(2), { emptied: stampOf(9) })],
      faces: [{ ...f1, removed: stampOf(9) }],
    };
    expect(met([emptied])).toEqual([]);
    expect(
      met([emptied, { places: [place(ann, stampOf(1))], faces: [f1, face(3, ann, stampOf(1))] }]),
    ).toEqual(['aaa: 3']);
  });

  test('ends when the collection is cleared, unless it was taken later', () => {
    expect(met([annThere, beaThere], { cleared: stampOf(1) })).toEqual(['bbb: 2']);
  });

  test('has no faces whose person is not known yet', () => {
    expect(met([{ places: [], faces: [f1] }, beaThere])).toEqual(['bbb: 2']);
  });
});

describe('a rename', () => {
  test('made twice: the later key stands', () => {
    const to = (wanted: string, stamp: Stamp) => ({
      places: [place(ann, stampOf(1), { key: { wanted, moves: 0, stamp } })],
    });
    expect(met([to('anna', stampOf(5)), to('anne', stampOf(4, 1))])).toEqual(['anna:']);
  });

  test('to a key that was taken elsewhere leaves two persons, the later with a suffix', () => {
    const renamed = {
      places: [place(bea, stampOf(2), { key: { wanted: 'ann', moves: 0, stamp: stampOf(9) } })],
    };
    const made = { places: [place(ann, stampOf(1), { wanted: 'ann' })], faces: [f1] };
    expect(met([renamed, made])).toEqual(['ann: 1', 'ann~bbbbbbbb:']);
  });
});

describe('a merge', () => {
  const intoBea = (stamp: Stamp) => ({ places: [place(ann, stampOf(1), { merged: into(bea, stamp) })] });
  const intoAnn = (stamp: Stamp) => ({ places: [place(bea, stampOf(2), { merged: into(ann, stamp) })] });

  test('gives all faces to the heir, also those given to her elsewhere later', () => {
    const later: Device = { places: [place(ann, stampOf(9))], faces: [face(3, ann, stampOf(9))] };
    expect(met([annThere, beaThere, intoBea(stampOf(5)), later])).toEqual(['bbb: 1 2 3']);
  });

  test('in both directions keeps the heir of the later, with all faces', () => {
    expect(met([annThere, beaThere, intoBea(stampOf(5)), intoAnn(stampOf(6, 1))])).toEqual(['aaa: 1 2']);
    expect(met([annThere, beaThere, intoBea(stampOf(7)), intoAnn(stampOf(6, 1))])).toEqual(['bbb: 1 2']);
  });

  test('into two heirs gives to the later named one', () => {
    const cidThere: Device = { places: [place(cid, stampOf(3))] };
    const intoCid = { places: [place(ann, stampOf(1), { merged: into(cid, stampOf(6)) })] };
    expect(met([annThere, beaThere, cidThere, intoBea(stampOf(5)), intoCid])).toEqual(['bbb: 2', 'ccc: 1']);
  });

  test('does not bring back a face that was removed elsewhere', () => {
    const removed: Device = { places: [], faces: [{ ...f1, removed: stampOf(3) }] };
    expect(met([annThere, beaThere, intoBea(stampOf(5)), removed])).toEqual(['bbb: 2']);
  });

  test('does not bring back what was removed with its place elsewhere, before or after', () => {
    for (const ms of [3, 9]) {
      const removed = { places: [place(ann, stampOf(1), { removed: stampOf(ms, 1) })] };
      expect(met([annThere, beaThere, intoBea(stampOf(5)), removed])).toEqual(['bbb: 2']);
    }
  });

  test('into a place that was removed elsewhere before brings her back with these faces alone', () => {
    const removed = (ms: number) => ({ places: [place(bea, stampOf(2), { removed: stampOf(ms, 1) })] });
    expect(met([annThere, beaThere, intoBea(stampOf(5)), removed(4)])).toEqual(['bbb: 1']);
    expect(met([annThere, beaThere, intoBea(stampOf(5)), removed(6)])).toEqual([]);
  });

  test('of who was erased elsewhere gives nothing, and leaves the heir what was hers', () => {
    expect(met([annThere, beaThere, intoBea(stampOf(5))], { erased: [ann] })).toEqual(['bbb: 2']);
  });

  test('into who was erased elsewhere ends both', () => {
    expect(met([annThere, beaThere, intoBea(stampOf(5))], { erased: [bea] })).toEqual([]);
  });
});

test('an heir whose key all have forgotten is known by her id', () => {
  const { key: _, ...forgotten } = place(bea, stampOf(2), { removed: stampOf(4, 1) });
  const merged = place(ann, stampOf(1), { merged: into(bea, stampOf(5)) });
  expect(met([annThere, { places: [forgotten, merged] }])).toEqual([`${bea}: 1`]);
});
