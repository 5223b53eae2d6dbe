import type { ScoreTable } from './catalogue.ts';
import { AppError } from './errors.ts';

/** What stands beside the rows of a score table, for people to judge it by. */
export type CalibrationFacts = Pick<ScoreTable, 'people' | 'faces' | 'genuinePairs' | 'data'>;

/** The false-match rates that a fitted table has rows for. */
export const tableRates = [3e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6] as const;

/** The part of the impostor pairs, the most alike, that the tail is fitted to; at least so many of them. */
const tailShare = 0.05;
const fewestTailPairs = 20;

/** Fewer impostor pairs than this say nothing about a tail. */
export const fewestImpostorPairs = fewestTailPairs / tailShare;

/**
 * The table cosine ↔ FMR of an embedding model from the cosines of pairs of different people. Above `tailShare` the
 * rates are the data's own quantiles; below it a power law: among the most alike pairs the share that lies within the
 * distance d = 1 − cosine grows like d^k, k estimated by maximum likelihood (Hill; the local intrinsic dimension of the
 * templates). The law gives no rate for cosine 1 and never reaches past it. Rows below 3 / pairs are extrapolated (rule
 * of three). `bad-input` when there are fewer than `fewestImpostorPairs`.
 */
export function fitScoreTable(impostorCosines: readonly number[], facts: CalibrationFacts): ScoreTable {
  if (impostorCosines.length < fewestImpostorPairs) {
    throw new AppError('bad-input', `Expected at least ${fewestImpostorPairs} pairs of different people`, {
      details: { pairs: impostorCosines.length },
    });
  }
  const distances = impostorCosines.map((cosine) => 1 - cosine).sort((one, other) => one - other);
  const tail = fitTail(distances);
  const lowestShownFmr = 3 / distances.length;
  const rows = tableRates.map((fmr) => {
    const distance = fmr < tail.share ? tail.distanceAt(fmr) : quantile(distances, fmr);
    return { fmr, cosine: roundTo(1 - distance, 6), extrapolated: fmr < lowestShownFmr };
  });
  return { ...facts, rows, impostorPairs: distances.length, lowestShownFmr: roundTo(lowestShownFmr, 6) };
}

/** The share of the scores that reach the cosine: the rate that a threshold shows on other data. */
export function shareReaching(cosines: readonly number[], cosine: number): number {
  return cosines.filter((score) => score >= cosine).length / cosines.length;
}

type Tail = { readonly share: number; distanceAt(fmr: number): number };

function fitTail(rising: readonly number[]): Tail {
  const count = Math.max(fewestTailPairs, Math.floor(rising.length * tailShare));
  const edge = rising[count]!;
  const nearest = rising.slice(0, count).filter((distance) => distance > 0);
  const logs = nearest.reduce((sum, distance) => sum + Math.log(edge / distance), 0);
  const dimension = nearest.length / logs;
  const share = count / rising.length;
  return { share, distanceAt: (fmr) => edge * (fmr / share) ** (1 / dimension) };
}

function quantile(rising: readonly number[], share: number): number {
  const place = share * (rising.length - 1);
  const low = rising[Math.floor(place)]!;
  const high = rising[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
