import { describe, expect, it } from 'vitest';
import { rssBytesOf, slopePerThousand } from '../../bench/load/memory.ts';

describe('the memory slope', () => {
  it('is that of the last two thirds of the answers, whatever the beginning did', () => {
    const samples = Array.from({ length: 31 }, (_, index) => ({
      answers: index * 100,
      rssBytes: index < 10 ? index * 1e6 : 5e8 + index * 100 * 3,
    }));
    expect(slopePerThousand(samples)).toBeCloseTo(3000, 6);
  });
});

describe('resident memory', () => {
  it('is read of a living process and 0 of one that is gone', () => {
    expect(rssBytesOf(process.pid)).toBeGreaterThan(10_000_000);
    expect(rssBytesOf(2 ** 22 + 1)).toBe(0);
  });
});
