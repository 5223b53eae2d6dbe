import { expect, test } from 'vitest';
import { searchQuery } from '../../../src/http/dialects/compreface/wire.ts';

test.each([
  ['1', 1],
  ['1000', 1000],
  ['1001', 1000],
  ['2147483647', 1000],
])('a search for %s subjects brings %d at most', (prediction_count, told) => {
  expect(searchQuery.parse({ prediction_count }).prediction_count).toBe(told);
});
