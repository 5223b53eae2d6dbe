import type { AnalysedPicture, Attribute } from '../domain/face.ts';
import { type Condition, conditionAttributes, findConditions } from '../domain/face-conditions.ts';
import type { Vision } from '../domain/ports/vision.ts';

export type FaceCheckAsk = {
  readonly picture: Uint8Array;
  /** Whether the face must also look live to the liveness network. */
  readonly liveness: boolean;
};

export type FaceCheck = {
  /** What is wrong with the picture, in the order in which it is told; none for a good one. */
  readonly conditions: readonly Condition[];
  readonly picture: AnalysedPicture;
};

/** The largest is judged; a second one tells that there are several. */
const facesWanted = 2;

/**
 * Judges a picture of one person. Rejects as `Vision` does: with `model-missing` when a network that is needed is not
 * installed, so that what was not measured never passes.
 */
export async function checkFace(
  vision: Vision,
  { picture, liveness }: FaceCheckAsk,
  signal: AbortSignal,
): Promise<FaceCheck> {
  const attributes: readonly Attribute[] = [
    ...conditionAttributes,
    ...(liveness ? (['liveness'] as const) : []),
  ];
  const request = { faces: 'detect', maxFaces: facesWanted, embed: false, crop: false } as const;
  const analysed = await vision.analyse({ ...request, picture, attributes, priority: 'interactive' }, signal);
  return { conditions: findConditions(analysed), picture: analysed };
}
