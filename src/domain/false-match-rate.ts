import type { ScoreTable } from './catalogue.ts';

/**
 * The share of impostor pairs that score at least this cosine: the inverse of `cosineAtFmr`. Below the table's first
 * row it is 1, above its last row that row's, so that it never promises more than the table shows.
 */
export function fmrAtCosine({ rows }: ScoreTable, cosine: number): number {
  const below = rows.findLast((row) => row.cosine <= cosine);
  if (!below) return 1;
  const above = rows.find((row) => row.cosine > cosine);
  if (!above) return below.fmr;
  const part = (cosine - below.cosine) / (above.cosine - below.cosine);
  return below.fmr * (above.fmr / below.fmr) ** part;
}
