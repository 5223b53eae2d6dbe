import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimedNumber } from '../../src/domain/clashes.ts';
import {
  mergeCollections,
  mergeMemberships,
  mergePersons,
  mergeReferences,
  mergeTombstones,
} from '../../src/domain/merge.ts';
import type {
  Claim,
  Merge,
  SyncedCollection,
  SyncedMembership,
  SyncedPerson,
  SyncedReference,
  SyncedTombstone,
} from '../../src/domain/synced-records.ts';
import { ann, bea, cid, staff } from '../fixtures/sync/records.ts';
import { nearStamps } from '../fixtures/sync/stamps.ts';

const word = fc.constantFrom('ann', 'Ann Lee', 'x');
const moves = fc.integer({ min: 0, max: 2 });
const heirId = fc.constantFrom(bea, cid);
const when = fc.constantFrom(10, 20);
const maybeStamp = fc.option(nearStamps, { nil: undefined });

/** Without what is undefined, as records are kept. */
function clean<T extends object>(record: T): T {
  return JSON.parse(JSON.stringify(record));
}

const claim: fc.Arbitrary<Claim> = fc.record({ wanted: word, moves, stamp: nearStamps });
const merge: fc.Arbitrary<Merge> = fc.record({ heirId, stamp: nearStamps });

const person: fc.Arbitrary<SyncedPerson> = fc
  .record({
    moves,
    name: word,
    status: fc.constantFrom('active' as const, 'suspended' as const),
    validFromMs: fc.option(when, { nil: undefined }),
    validUntilMs: fc.option(when, { nil: undefined }),
    metadata: fc.dictionary(word, word, { maxKeys: 2 }),
    createdAtMs: fc.constant(7),
    stamps: fc.record({
      created: nearStamps,
      name: nearStamps,
      status: nearStamps,
      validity: nearStamps,
      metadata: nearStamps,
    }),
  })
  .map(({ moves: numberMoves, ...rest }) => {
    const number = claimedNumber({ id: ann, number: 1, moves: numberMoves });
    return clean({ id: ann, number, numberMoves, ...rest }) as SyncedPerson;
  });

const membership = fc
  .record({
    added: nearStamps,
    removed: maybeStamp,
    emptied: maybeStamp,
    merged: fc.option(merge, { nil: undefined }),
    key: fc.option(claim, { nil: undefined }),
  })
  .map((rest) => clean({ collectionId: staff, personId: ann, ...rest }) as SyncedMembership);

const reference = fc
  .record({
    number: fc.constantFrom(1, 2),
    numberMoves: moves,
    created: nearStamps,
    personId: fc.constantFrom(ann, bea),
    placed: nearStamps,
    notes: fc.option(
      fc.record({ text: word, metadata: fc.dictionary(word, word, { maxKeys: 1 }), stamp: nearStamps }),
      { nil: undefined },
    ),
    removed: maybeStamp,
  })
  .map(({ notes, ...rest }) => {
    const kept = rest.removed ? {} : { notes };
    return clean({ id: cid, collectionId: staff, ...rest, ...kept }) as SyncedReference;
  });

const tombstone: fc.Arbitrary<SyncedTombstone> = fc.oneof(
  fc.record({
    personId: fc.constant(ann),
    stamp: nearStamps,
    kind: fc.constantFrom('left' as const, 'erased' as const),
  }),
  fc.record({ personId: fc.constant(ann), stamp: nearStamps, kind: fc.constant('merged' as const), heirId }),
);

const collection = fc
  .record({
    ...{ slug: claim, name: word, named: nearStamps, createdAtMs: fc.constant(7) },
    ...{ cleared: maybeStamp, removed: maybeStamp },
  })
  .map((rest) => clean({ id: staff, ...rest }) as SyncedCollection);

function obeysTheLaws<T>(copy: fc.Arbitrary<T>, join: (one: T, other: T) => T): void {
  fc.assert(
    fc.property(copy, copy, copy, (one, two, three) => {
      expect(join(one, one)).toEqual(one);
      expect(join(one, two)).toEqual(join(two, one));
      expect(join(join(one, two), three)).toEqual(join(one, join(two, three)));
      expect(join(join(one, two), two)).toEqual(join(one, two));
    }),
    { numRuns: 2000 },
  );
}

describe('merging is commutative, associative and idempotent', () => {
  it('for persons', () => obeysTheLaws(person, mergePersons));
  it('for memberships', () => obeysTheLaws(membership, mergeMemberships));
  it('for references', () => obeysTheLaws(reference, mergeReferences));
  it('for tombstones', () => obeysTheLaws(tombstone, mergeTombstones));
  it('for collections', () => obeysTheLaws(collection, mergeCollections));
});

it('an erased person is erased in every merge of tombstones', () => {
  fc.assert(
    fc.property(fc.array(tombstone, { minLength: 1, maxLength: 5 }), (copies) => {
      const erased = copies.some(({ kind }) => kind === 'erased');
      expect(copies.reduce(mergeTombstones).kind === 'erased').toBe(erased);
    }),
  );
});
