import { describe, expect, it } from 'vitest';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import { cosineAtFmr } from '../../../src/domain/similarity.ts';
import { thresholdFor } from '../../../src/domain/threshold.ts';

const table: ScoreTable = {
  rows: [
    { fmr: 1e-1, cosine: 0.8, extrapolated: false },
    { fmr: 1e-3, cosine: 0.9, extrapolated: true },
    { fmr: 1e-5, cosine: 0.95, extrapolated: true },
  ],
  ...{ people: 10, faces: 40, genuinePairs: 60, impostorPairs: 720, lowestShownFmr: 0.004, data: 'made up' },
};

describe('a threshold', () => {
  it('at a rate for each comparison is the table’s, and tells how often a search then errs', () => {
    const threshold = thresholdFor(table, { maxFmr: 1e-3 }, 1000);
    expect(threshold).toMatchObject({ cosine: 0.9, fmr: 1e-3, persons: 1000 });
    // 1 − .999^1000: of 100 strangers 63 are taken for somebody.
    expect(threshold.fpir).toBeCloseTo(0.6323, 4);
  });

  it('at a rate for each search is the stricter the more persons there are', () => {
    const accepted = { maxFpir: 1e-2 };
    expect(thresholdFor(table, accepted, 10)).toMatchObject({ cosine: 0.9, fmr: 1e-3 });
    expect(thresholdFor(table, accepted, 1000)).toMatchObject({ cosine: 0.95, fmr: 1e-5 });
    const one = thresholdFor(table, accepted, 1);
    expect(thresholdFor(table, accepted, 0)).toEqual({ ...one, persons: 0, fpir: 0 });
    expect(one.cosine).toBe(cosineAtFmr(table, 1e-2));
  });

  it('keeps a rate for each search below what was asked, to the last persons', () => {
    for (const persons of [1, 7, 1e3, 1e6]) {
      const { fpir } = thresholdFor(table, { maxFpir: 1e-3 }, persons);
      expect(fpir).toBeLessThanOrEqual(1e-3);
      expect(fpir).toBeGreaterThan(0.999e-3);
    }
  });

  it('says when the measured pairs cannot show the rate, also below the table’s last row', () => {
    expect(thresholdFor(table, { maxFmr: 4e-3 }, 1).extrapolated).toBe(false);
    expect(thresholdFor(table, { maxFmr: 3.9e-3 }, 1).extrapolated).toBe(true);
    // From row to row the distance halves in two decades, and goes on doing so.
    const beyond = thresholdFor(table, { maxFmr: 1e-7 }, 1);
    expect(beyond).toMatchObject({ fmr: 1e-7, extrapolated: true });
    expect(beyond.cosine).toBeCloseTo(0.975, 9);
  });

  it('for a rate above the table is the table’s first, and tells that one', () => {
    expect(thresholdFor(table, { maxFmr: 1 }, 1)).toMatchObject({ cosine: 0.8, fmr: 1e-1 });
  });
});
