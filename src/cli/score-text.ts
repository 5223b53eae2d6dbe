import type { ScoreAnswer } from '../http/dialects/ostiary/wire.ts';

/** `similarity 0.981 (1 in 40,000 strangers gets so far)`. */
export function scoreText({ similarity, fmr }: ScoreAnswer): string {
  const similar = `similarity ${similarity.toFixed(3)}`;
  if (fmr === null) return similar;
  const strangers = Math.round(1 / fmr).toLocaleString('en');
  return fmr >= 0.1 ? `${similar} (like strangers)` : `${similar} (1 in ${strangers} strangers gets so far)`;
}
