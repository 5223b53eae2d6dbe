import { anchoredScales, openAnchoredScale } from '../../../domain/anchored-scale.ts';
import type { Recognition } from '../../../services/recognition.ts';

/** Similarities of the embedding model that runs now. */
export function openScale(recognition: Pick<Recognition, 'scores'>) {
  const { toScore, toCosine } = openAnchoredScale(anchoredScales.faceSearch, recognition.scores());
  return { toSimilarity: (cosine: number) => Math.round(toScore(cosine) * 1e5) / 1e5, toCosine };
}
