import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memberStamps, referenceStamps } from '../../../src/adapters/gallery/lmdb/disk/synced-codecs.ts';
import { ann, bea, staff } from '../../fixtures/sync/records.ts';
import { nearStamps } from '../../fixtures/sync/stamps.ts';

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const moves = fc.integer({ min: 0, max: 65_535 });

/** Without what is undefined, as records are read. */
function clean<T extends object>(record: T): T {
  return JSON.parse(JSON.stringify(record)) as T;
}

test('a membership is read as it was written, whatever happened to it', () => {
  const wanted = fc.string({ unit: 'grapheme', maxLength: 5 });
  const membership = fc.record({
    added: nearStamps,
    removed: maybe(nearStamps),
    emptied: maybe(nearStamps),
    merged: maybe(fc.record({ heirId: fc.constantFrom(ann, bea), stamp: nearStamps })),
    key: maybe(fc.record({ wanted, moves, stamp: nearStamps })),
  });
  fc.assert(
    fc.property(membership, (record) => {
      const written = clean(record) as Parameters<typeof memberStamps.encode>[0];
      expect(memberStamps.decode(Buffer.from(memberStamps.encode(written)))).toEqual(written);
    }),
  );
});

test('a reference is read as it was written, removed or not', () => {
  const reference = fc.record({
    collectionId: fc.constant(staff),
    personId: fc.constantFrom(ann, bea),
    number: fc.maxSafeNat(),
    numberMoves: moves,
    created: nearStamps,
    placed: nearStamps,
    removed: maybe(nearStamps),
    described: maybe(nearStamps),
  });
  fc.assert(
    fc.property(reference, (record) => {
      const written = clean(record) as Parameters<typeof referenceStamps.encode>[0];
      expect(referenceStamps.decode(Buffer.from(referenceStamps.encode(written)))).toEqual(written);
    }),
  );
});

test('a new reference takes 91 bytes, a new place 51 and its key', () => {
  const stamp = { ms: 1, count: 0, device: staff };
  const reference = { collectionId: staff, personId: ann, number: 7, numberMoves: 0 };
  expect(referenceStamps.encode({ ...reference, created: stamp, placed: stamp })).toHaveLength(91);
  const key = { wanted: 'Ann', moves: 0, stamp };
  expect(memberStamps.encode({ added: stamp, key })).toHaveLength(51 + 3);
});
