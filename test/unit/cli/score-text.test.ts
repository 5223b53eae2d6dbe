import { describe, expect, it } from 'vitest';
import { scoreText } from '../../../src/cli/score-text.ts';

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
    [{ similarity: 0.6, fmr: null, extrapolated: false }, 'similarity 0.600'],
  ])('of %o is %s', (score, text) => {
    expect(scoreText(score)).toBe(text);
  });
});
