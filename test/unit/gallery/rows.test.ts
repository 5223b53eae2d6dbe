import { expect, test } from 'vitest';
import { Rows } from '../../../src/adapters/gallery/lmdb/finder/rows.ts';

test('rows that are appended at once are found as those appended one by one', () => {
  const above = 2 ** 32;
  const numbers = [3, 4, 5, 1023, 1024, 9000, 8, above + 1, above + 2, above * 3 + 7, 2, above - 1];
  const facts = numbers.map((number, at) => ({ number, person: at * 2, collection: at % 3 }));
  const rows = new Rows();
  rows.append({ number: 7, person: 1, collection: 1 });
  for (const part of [facts.slice(0, 5), facts.slice(5)]) {
    rows.appendAll({
      numbers: Float64Array.from(part, ({ number }) => number),
      persons: Uint32Array.from(part, ({ person }) => person),
      collections: Uint32Array.from(part, ({ collection }) => collection),
    });
  }
  const seen = Array.from({ length: rows.count }, (_, row) => ({
    number: rows.numberAt(row),
    person: rows.personAt(row),
    collection: rows.collectionAt(row),
  }));
  expect(seen).toEqual([{ number: 7, person: 1, collection: 1 }, ...facts]);
  expect(numbers.map((number) => rows.find(number))).toEqual(numbers.map((_, at) => at + 1));
  rows.moveLast(rows.find(above + 1));
  expect(rows.find(above + 1)).toBe(-1);
  expect(rows.numberAt(rows.find(above - 1))).toBe(above - 1);
});
