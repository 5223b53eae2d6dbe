import type { ScoreAnswer } from '../http/dialects/ostiary/wire.ts';

/** `similarity 0.981 (1 in 40,000 strangers gets so far, extrapolated)`. */
export function scoreText({ similarity, fmr, extrapolated }: ScoreAnswer): string {
  const similar = `similarity ${similarity.toFixed(3)}`;
  if (fmr === null) return similar;
  if (fmr >= 0.1) return `${similar} (like strangers)`;
  const strangers = Math.round(1 / fmr).toLocaleString('en');
  return `${similar} (1 in ${strangers} strangers gets so far${extrapolated ? ', extrapolated' : ''})`;
}
