/** Scores of pairs of faces: of one person, and of two. */
export type PairScores = { readonly genuine: readonly number[]; readonly impostor: readonly number[] };

/** The lowest threshold at which no more than this share of the impostor scores counts as a match (score > threshold). */
export function thresholdAtFar(impostor: readonly number[], far: number): number {
  const falling = impostor.toSorted((one, other) => other - one);
  return falling[Math.floor(far * falling.length)] ?? Number.NEGATIVE_INFINITY;
}

/** The share of the genuine scores above the threshold at which this share of the impostor scores is. */
export function tarAtFar({ genuine, impostor }: PairScores, far: number): number {
  return shareAbove(genuine, thresholdAtFar(impostor, far));
}

/** NaN of no scores. */
export function shareAbove(scores: readonly number[], threshold: number): number {
  return scores.filter((score) => score > threshold).length / scores.length;
}
