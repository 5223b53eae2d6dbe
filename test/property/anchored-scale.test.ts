import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchoredScales, openAnchoredScale } from '../../src/domain/anchored-scale.ts';
import type { ScoreTable } from '../../src/domain/catalogue.ts';
import { cosineAtFmr } from '../../src/domain/similarity.ts';

const scores: ScoreTable = {
  rows: [
    { fmr: 5e-2, cosine: 0.88, extrapolated: false },
    { fmr: 1e-2, cosine: 0.91, extrapolated: false },
    { fmr: 1e-3, cosine: 0.93, extrapolated: false },
    { fmr: 1e-6, cosine: 0.96, extrapolated: true },
  ],
  people: 10,
  faces: 40,
  genuinePairs: 60,
  impostorPairs: 720,
  lowestShownFmr: 0.004,
  data: 'made up',
};

const cosines = fc.double({ min: -1, max: 1, noNaN: true });

describe.each(Object.entries(anchoredScales))('the scale of %s', (_, scale) => {
  const { toScore, toCosine } = openAnchoredScale(scale, scores);

  it('has each anchor at its false-match rate', () => {
    for (const { score, fmr } of scale.anchors) {
      expect(toScore(cosineAtFmr(scores, fmr))).toBeCloseTo(score, 9);
      expect(toCosine(score)).toBeCloseTo(cosineAtFmr(scores, fmr), 9);
    }
  });

  it('grows with the cosine, from 0 to its top', () => {
    fc.assert(
      fc.property(cosines, cosines, (one, other) => {
        expect(Math.sign(toScore(one) - toScore(other)) * Math.sign(one - other)).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(toScore(-1)).toBe(0);
    expect(toScore(1)).toBe(scale.top);
    expect(toScore(1 - 1e-7)).toBe(scale.top);
  });

  it('finds the cosine of a score again', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: scale.top, noNaN: true }), (score) => {
        expect(toScore(toCosine(score))).toBeCloseTo(score, 6);
      }),
    );
  });

  it('has a cosine for every score: all reach 0, none reaches more than its top', () => {
    expect(toCosine(0)).toBe(-1);
    expect(toCosine(scale.top + 0.1)).toBeGreaterThan(1);
  });
});
