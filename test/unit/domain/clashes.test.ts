import { describe, expect, test } from 'vitest';
import { claimedKey, claimedNumber, claimedSlug, moveClashing } from '../../../src/domain/clashes.ts';
import { checkKey, longestKey } from '../../../src/domain/gallery-rules.ts';
import { ann, bea, cid, staff } from '../../fixtures/sync/records.ts';
import { stampOf } from '../../fixtures/sync/stamps.ts';

const claimant = (id: string, ms: number, wanted: string, moves = 0) => {
  return { id, claimed: stampOf(ms), moves, wanted };
};
const movedTo = (claimants: ReturnType<typeof claimant>[]) =>
  moveClashing(claimants, (one) => claimedKey(one, one.id)).map((one) => claimedKey(one, one.id));

describe('an equal key', () => {
  test('stays with who claimed it first; the others get part of their ids behind theirs', () => {
    const claims = [claimant(bea, 5, 'ann'), claimant(ann, 6, 'ann'), claimant(cid, 4, 'ann')];
    expect(movedTo(claims)).toEqual(['ann~bbbbbbbb', 'ann~aaaaaaaa']);
    expect(movedTo(claims.toReversed())).toEqual(['ann~bbbbbbbb', 'ann~aaaaaaaa']);
  });

  test('moves on when the key beside it is taken as well', () => {
    const claims = [claimant(ann, 1, 'ann'), claimant(cid, 2, 'ann~bbbbbbbb'), claimant(bea, 3, 'ann')];
    expect(movedTo(claims)).toEqual(['ann~bbbbbbbb-0000']);
  });

  test('is not moved again, nor moved back when the first has gone', () => {
    expect(movedTo([claimant(ann, 1, 'ann'), claimant(bea, 2, 'ann', 1)])).toEqual([]);
    expect(movedTo([claimant(bea, 2, 'ann', 1)])).toEqual([]);
  });

  test('that differs in case alone is another', () => {
    expect(movedTo([claimant(ann, 1, 'ann'), claimant(bea, 2, 'Ann')])).toEqual([]);
  });

  test('always leads to a legal key, and to another one with each move', () => {
    const wanted = `${'x'.repeat(longestKey - 10)}${'😀'.repeat(5)}`;
    const keys = Array.from({ length: 9 }, (_, moves) => claimedKey({ wanted, moves }, ann));
    for (const key of keys) expect(() => checkKey(key)).not.toThrow();
    expect(new Set(keys).size).toBe(9);
    expect(keys[0]).toBe(wanted);
  });
});

test('an equal slug gets part of its collection’s id, within the length and letters of slugs', () => {
  expect(claimedSlug({ wanted: 'staff', moves: 1 }, staff)).toBe('staff-c0000000');
  const longest = 'x'.repeat(48);
  const slugs = Array.from({ length: 8 }, (_, moves) => claimedSlug({ wanted: longest, moves }, staff));
  for (const slug of slugs) expect(slug).toMatch(/^[A-Za-z0-9_-]{48}$/);
  expect(new Set(slugs).size).toBe(8);
});

test('an equal number gives way to one that follows from the id, beyond all that are counted, below 2^53', () => {
  expect(claimedNumber({ id: ann, number: 7, moves: 0 })).toBe(7);
  const moved = [ann, bea].flatMap((id) => [1, 2].map((moves) => claimedNumber({ id, number: 7, moves })));
  expect(new Set(moved).size).toBe(4);
  for (const number of moved) {
    expect(number).toBeGreaterThanOrEqual(2 ** 52);
    expect(Number.isSafeInteger(number)).toBe(true);
  }
  // Stored and known to callers: it may never become another.
  expect(moved[0]).toBe(claimedNumber({ id: ann, number: 8, moves: 1 }));
  expect(moved[0]).toMatchInlineSnapshot(`6785709073749786`);
});
