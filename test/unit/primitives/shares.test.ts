import { expect, test } from 'vitest';
import { Shares } from '../../../src/primitives/shares.ts';

/** Asks for so many places at once; `take` does the work of the share that is open. */
function asking(shares: Shares, count: number) {
  const open: (() => void)[] = [];
  const order: number[] = [];
  for (let at = 0; at < count; at++) {
    void shares.enter().then(({ done }) => {
      order.push(at);
      open.push(() => done(1));
    });
  }
  const take = async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    const share = open.splice(0);
    for (const done of share) done();
    return share.length;
  };
  return { order, take };
}

test('a share is as long as what it learnt fits, and nobody is overtaken', async () => {
  const { order, take } = asking(new Shares(4), 60);
  const shares: number[] = [];
  for (let size = await take(); size > 0; size = await take()) shares.push(size);
  expect(shares[0]).toBe(8);
  // The work takes 1 ms each, not what was guessed.
  expect(shares.slice(5, -1).every((size) => size === 4 || size === 5)).toBe(true);
  expect(order).toEqual(Array.from({ length: 60 }, (_, at) => at));
});

test('work that takes longer than a share has one of its own', async () => {
  const shares = new Shares(1);
  for (let round = 0; round < 50; round++) (await shares.enter()).done(100);
  const { take } = asking(shares, 3);
  expect([await take(), await take(), await take(), await take()]).toEqual([1, 1, 1, 0]);
});

test('a place that is given back twice counts once', async () => {
  const shares = new Shares(1);
  const place = await shares.enter();
  const other = await shares.enter();
  place.done(1);
  place.done(1);
  const { take } = asking(shares, 1);
  expect(await take()).toBe(0);
  other.done(1);
  expect(await take()).toBe(1);
});
