import type { ScoreTable } from './catalogue.ts';

/**
 * CompreFace's scale of similarity, `(tanh((c0 − d) · c1) + 1) / 2`, where d is the L2 distance of two unit vectors:
 * .5 at the distance c0, and the steeper the larger c1.
 */
export type SimilarityScale = { readonly c0: number; readonly c1: number };

/** The false-match rate that stands for "the same person", similarity .5. */
const anchorFmr = 1e-3;

/** Where a model has no score table yet: what dlib's face recognition network shows at a false-match rate of 1e-3. */
const unmeasuredCosine = 0.93;

/**
 * c0 · c1, as CompreFace's own four models have it (6.25 to 7.74). The same template is then at (tanh 7 + 1) / 2, which
 * is 1 at 5 decimals, and stays there for the little that packing a crop as JPEG moves the vector of one picture.
 */
const steepness = 7;

/** The scale of one embedding model, anchored on its score table. */
export function similarityScale(scores?: ScoreTable): SimilarityScale {
  const c0 = distanceAt(scores ? cosineAtFmr(scores, anchorFmr) : unmeasuredCosine);
  return { c0, c1: steepness / c0 };
}

/** 0 to 1, growing with the cosine. */
export function similarityAt(cosine: number, { c0, c1 }: SimilarityScale): number {
  return (Math.tanh((c0 - distanceAt(cosine)) * c1) + 1) / 2;
}

/** The lowest cosine that has at least this similarity; −1 when all have. */
export function cosineAt(similarity: number, { c0, c1 }: SimilarityScale): number {
  if (similarity <= 0) return -1;
  const distance = c0 - Math.atanh(Math.min(2 * similarity - 1, 1)) / c1;
  return Math.max(-1, 1 - Math.max(distance, 0) ** 2 / 2);
}

/**
 * The cosine that this share of impostor pairs reaches: straight lines between the rows over the logarithm of the rate.
 * Above the first row it is that row's; below the last it goes on by the law of `fitScoreTable`, the distance 1 − cosine
 * being a power of the rate, as the last two rows have it.
 */
export function cosineAtFmr({ rows }: ScoreTable, fmr: number): number {
  const above = rows.findLast((row) => row.fmr >= fmr) ?? rows[0]!;
  const below = rows.find((row) => row.fmr <= fmr);
  if (!below) return cosineBelow(rows, fmr);
  if (above.fmr === below.fmr) return above.cosine;
  const part = Math.log(above.fmr / fmr) / Math.log(above.fmr / below.fmr);
  return above.cosine + (below.cosine - above.cosine) * part;
}

function cosineBelow(rows: ScoreTable['rows'], fmr: number): number {
  const [last, before] = [rows.at(-1)!, rows.at(-2)!];
  const power = Math.log((1 - before.cosine) / (1 - last.cosine)) / Math.log(before.fmr / last.fmr);
  return 1 - (1 - last.cosine) * (fmr / last.fmr) ** power;
}

/** The L2 distance of two unit vectors; cosines a float's noise beyond 1 count as 1. */
function distanceAt(cosine: number): number {
  return Math.sqrt(2 - 2 * Math.min(Math.max(cosine, -1), 1));
}
