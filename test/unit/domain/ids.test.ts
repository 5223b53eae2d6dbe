import { expect, test } from 'vitest';
import { createIdSource } from '../../../src/domain/ids.ts';

/** The 60-bit time of a UUID of version 1. */
function timeOf(id: string): bigint {
  const [low, mid, high] = id.split('-') as [string, string, string];
  return BigInt(`0x${high.slice(1)}${mid}${low}`);
}

test('gives UUIDs of version 1 with a node that is marked as random', () => {
  const id = createIdSource(() => 1_800_000_000_000)();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.slice(24, 26), 16) & 1).toBe(1);
});

test('each id is later than the one before, also when the clock stands still or goes back', () => {
  let now = 1_800_000_000_000;
  const next = createIdSource(() => now);
  let before = timeOf(next());
  for (let at = 0; at < 25_000; at++) {
    if (at === 21_000) now -= 60_000;
    if (at === 24_000) now += 120_000;
    const time = timeOf(next());
    expect(time > before).toBe(true);
    before = time;
  }
});

test('two sources on one clock give different ids', () => {
  const now = () => 1_800_000_000_000;
  expect(createIdSource(now)()).not.toBe(createIdSource(now)());
});
