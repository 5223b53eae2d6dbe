import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdTable } from '../../src/adapters/gallery/lmdb/finder/id-table.ts';
import { randomNumbers } from '../fixtures/vectors.ts';

test('ids keep their slots while others come and go, and no slot is given twice', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const random = randomNumbers(seed);
      const table = new IdTable();
      if (seed % 2 === 0) table.expect(seed % 10_000);
      const slots = new Map<number, number>();
      const wordsOf = (at: number) => Uint32Array.of(at, 7, at * 65_536, 9);
      for (let round = 0; round < 20_000; round++) {
        const at = Math.floor(random() * 6_000);
        const known = slots.get(at);
        if (known === undefined) slots.set(at, table.intern(wordsOf(at)));
        else if (random() < 0.8) table.remove(known);
        else expect(table.intern(wordsOf(at))).toBe(known);
        if (known !== undefined && table.find(wordsOf(at)) < 0) slots.delete(at);
      }
      for (let at = 0; at < 6_000; at++) expect(table.find(wordsOf(at))).toBe(slots.get(at) ?? -1);
      expect(new Set(slots.values()).size).toBe(slots.size);
      expect(Math.max(...slots.values())).toBeLessThan(6_000);
    }),
    { numRuns: 10 },
  );
});
