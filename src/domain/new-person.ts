import type { NewPersonRule } from './camera.ts';
import type { AnalysedFace, Pose } from './face.ts';
import { usualFmr } from './threshold.ts';

/** When a face becomes a person; where she goes is said beside it. */
export type Admission = Omit<NewPersonRule, 'collectionIds'>;

/** The rate at which strangers resemble whoever counts as the same person, so that nobody new is made for a face. */
export function knownFmr({ when }: Admission): number {
  return typeof when === 'object' ? when.maxFmr : usualFmr;
}

/** Whether a face that nobody is found for becomes a person. */
export function admits(
  { when, minFacePixels, maxYaw }: Admission,
  { box, pose }: Pick<AnalysedFace, 'box'> & { readonly pose: Pose },
): boolean {
  const pixels = Math.max(box.width, box.height);
  return when !== 'never' && pixels >= minFacePixels && Math.abs(pose.yaw) <= maxYaw;
}
