import type { LabelledPicture } from './labels.ts';
import type { PairScores } from './rates.ts';

/** A labelled face and its unit-length vector; without one when the face was not found. */
export type ScoredFace = {
  readonly person: string;
  readonly picture: Pick<LabelledPicture, 'exposure' | 'collection'>;
  readonly vector: Float32Array | undefined;
};

export type Relation = 'genuine' | 'impostor' | 'unknown';

/** The score of a pair in which one face was not found: below every threshold. */
export const notFoundScore = -1;

/**
 * How two labelled faces are related. Two exposures of one person are genuine; one exposure with itself says nothing.
 * Unnamed people of two photographs in the samples may be the same (one photographer's friends): unknown. Those of the
 * group photographs were looked at and are all different.
 */
export function relate(one: ScoredFace, other: ScoredFace): Relation {
  if (one.person === other.person) {
    return one.picture.exposure === other.picture.exposure ? 'unknown' : 'genuine';
  }
  const twoSamples = one.picture.collection === 'samples' && other.picture.collection === 'samples';
  return twoSamples && one.picture.exposure !== other.picture.exposure ? 'unknown' : 'impostor';
}

/** The scores of all pairs of different faces, each pair once. */
export function scorePairs(faces: readonly ScoredFace[]): PairScores {
  const scores = { genuine: [] as number[], impostor: [] as number[] };
  faces.forEach((one, index) => {
    for (const other of faces.slice(index + 1)) note(scores, one, other);
  });
  return scores;
}

/** The scores of every probe with every reference but the same face's own: `probes[i]` is `references[i]`, degraded. */
export function scoreProbes(probes: readonly ScoredFace[], references: readonly ScoredFace[]): PairScores {
  const scores = { genuine: [] as number[], impostor: [] as number[] };
  probes.forEach((probe, index) => {
    references.forEach((reference, place) => {
      if (place !== index) note(scores, probe, reference);
    });
  });
  return scores;
}

/** The cosine of two unit-length vectors. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

type Growing = Record<'genuine' | 'impostor', number[]>;

function note(scores: Growing, one: ScoredFace, other: ScoredFace): void {
  const relation = relate(one, other);
  if (relation === 'unknown') return;
  const found = one.vector !== undefined && other.vector !== undefined;
  scores[relation].push(found ? cosine(one.vector, other.vector) : notFoundScore);
}
