import { expect, test } from 'vitest';
import { sortInSlices } from '../../../src/primitives/sort-in-slices.ts';

test.for([0, 1, 999, 1_000, 1_001, 7_531])(
  '%i items come in order, equal ones as they came',
  async (count) => {
    const items = Array.from({ length: count }, (_, at) => ({ at, rank: (at * 7919) % 611 }));
    const compare = (one: { rank: number }, other: { rank: number }) => one.rank - other.rank;
    expect(await sortInSlices(items, compare)).toEqual(items.toSorted(compare));
  },
);

test('other work is let in between', async () => {
  const items = Array.from({ length: 20_000 }, (_, at) => -at);
  let turns = 0;
  const clock = setInterval(() => turns++, 0);
  await sortInSlices(items, (one, other) => one - other);
  clearInterval(clock);
  expect(turns).toBeGreaterThan(1);
});
