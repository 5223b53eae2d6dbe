import type { ScoreAnswer, ThresholdAnswer } from '../http/dialects/ostiary/wire.ts';

/** `similarity 0.981 (1 in 40,000 strangers gets so far, extrapolated)`. */
export function scoreText({ similarity, fmr, extrapolated }: ScoreAnswer): string {
  const similar = `similarity ${similarity.toFixed(3)}`;
  if (fmr >= 0.1) return `${similar} (like strangers)`;
  return `${similar} (${oneIn(fmr)} strangers gets so far${extrapolated ? ', extrapolated' : ''})`;
}

/** `Accepted: 1 in 1,000 comparisons of strangers, 1 in 16 searches among 65 persons (extrapolated: …)`. */
export function thresholdText({ fmr, fpir, persons, extrapolated }: ThresholdAnswer): string {
  const comparisons = `Accepted: ${oneIn(fmr)} comparisons of strangers`;
  const searches = fpir > 0 ? `, ${oneIn(fpir)} searches among ${persons.toLocaleString('en')} persons` : '';
  const doubt = extrapolated ? ' (extrapolated: the measured pairs are too few to show it)' : '';
  return `${comparisons}${searches}${doubt}`;
}

function oneIn(rate: number): string {
  const several = 1 / rate;
  return `1 in ${several < 10 ? Number(several.toFixed(1)) : Math.round(several).toLocaleString('en')}`;
}
