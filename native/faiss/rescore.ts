import type { VectorHit } from './vector-index.ts';

/**
 * The score of two vectors as native/faiss/core/originals.h defines it: eight sums in double precision, added in a fixed
 * order, rounded to single. The same bits as the addon's.
 */
export function exactScore(one: Float32Array, other: Float32Array): number {
  const sums = new Float64Array(8);
  for (let i = 0; i < one.length; i++) sums[i & 7]! += one[i]! * other[i]!;
  const [a, b, c, d, e, f, g, h] = sums as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Math.fround(a + e + (c + g) + (b + f + (d + h)));
}

export type Scored = { readonly row: number; readonly label: number; readonly score: number };

export type Rescoring = {
  readonly probe: Float32Array;
  /** As an index without originals answers them, by `high` from the top. */
  readonly candidates: readonly VectorHit[];
  readonly limit: number;
  readonly minScore: number;
};

/**
 * The best of some candidates by their exact scores, equal ones by row. `fetch` gives the originals of some candidates in
 * their order, `undefined` for those that are gone; it is asked for few at a time, and no more once the next can reach
 * neither the best `limit` nor `minScore`.
 */
export async function rescore(
  { probe, candidates, limit, minScore }: Rescoring,
  fetch: (hits: readonly VectorHit[]) => Promise<readonly (Float32Array | undefined)[]>,
): Promise<Scored[]> {
  const best: Scored[] = [];
  for (let next = 0; next < candidates.length; ) {
    const bar = Math.max(minScore, best.length < limit ? -1 : best[limit - 1]!.score);
    const size = next === 0 ? limit : Math.max(8, limit);
    const part = candidates.slice(next, next + size).filter(({ high }) => high >= bar);
    if (part.length === 0) break;
    next += size;
    const originals = await fetch(part);
    part.forEach(({ row, label }, i) => {
      const original = originals[i];
      const score = original === undefined ? Number.NaN : exactScore(probe, original);
      if (score >= minScore) best.push({ row, label, score });
    });
    best.sort((one, other) => other.score - one.score || one.row - other.row);
    best.length = Math.min(best.length, limit);
  }
  return best;
}
