import { describe, expect, it } from 'vitest';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import { fmrAtCosine } from '../../../src/domain/false-match-rate.ts';
import { cosineAtFmr } from '../../../src/domain/similarity.ts';

const scores: ScoreTable = {
  rows: [
    { fmr: 1e-1, cosine: 0.8, extrapolated: false },
    { fmr: 1e-3, cosine: 0.9, extrapolated: false },
    { fmr: 1e-6, cosine: 0.97, extrapolated: true },
  ],
  people: 10,
  faces: 40,
  genuinePairs: 60,
  impostorPairs: 720,
  lowestShownFmr: 0.004,
  data: 'made up',
};

describe('the false-match rate at a cosine', () => {
  it.each([
    [0.8, 1e-1],
    [0.9, 1e-3],
    [0.97, 1e-6],
  ])('is at %d the table’s own', (cosine, fmr) => {
    expect(fmrAtCosine(scores, cosine)).toBeCloseTo(fmr, 12);
  });

  it.each([0.81, 0.85, 0.91, 0.969])('is the inverse of the cosine at a rate, at %d', (cosine) => {
    expect(cosineAtFmr(scores, fmrAtCosine(scores, cosine))).toBeCloseTo(cosine, 9);
  });

  it('is 1 below the table, and never better than the table’s best', () => {
    expect(fmrAtCosine(scores, 0.79)).toBe(1);
    expect(fmrAtCosine(scores, 1)).toBe(1e-6);
  });
});
