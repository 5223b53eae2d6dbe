import { describe, expect, it } from 'vitest';
import { scoreText, thresholdText } from '../../../src/cli/score-text.ts';

describe('the text of a score', () => {
  it.each([
    [
      { similarity: 0.9812, fmr: 2.5e-5, extrapolated: true },
      'similarity 0.981 (1 in 40,000 strangers gets so far, extrapolated)',
    ],
    [
      { similarity: 0.55, fmr: 8e-4, extrapolated: false },
      'similarity 0.550 (1 in 1,250 strangers gets so far)',
    ],
    [{ similarity: 0.04, fmr: 0.4, extrapolated: false }, 'similarity 0.040 (like strangers)'],
  ])('of %o is %s', (score, text) => {
    expect(scoreText(score)).toBe(text);
  });
});

describe('the text of a threshold', () => {
  it.each([
    [
      { fmr: 1e-3, fpir: 0.0606, persons: 1062, extrapolated: true },
      'Accepted: 1 in 1,000 comparisons of strangers, 1 in 17 searches among 1,062 persons (extrapolated: the measured pairs are too few to show it)',
    ],
    [
      { fmr: 0.01, fpir: 0.634, persons: 100, extrapolated: false },
      'Accepted: 1 in 100 comparisons of strangers, 1 in 1.6 searches among 100 persons',
    ],
    [{ fmr: 0.01, fpir: 0, persons: 0, extrapolated: false }, 'Accepted: 1 in 100 comparisons of strangers'],
  ])('of %o is %s', (threshold, text) => {
    expect(thresholdText(threshold)).toBe(text);
  });
});
