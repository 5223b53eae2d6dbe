import { type Anchor, anchoredScales } from '../../../domain/anchored-scale.ts';
import type { Admission } from '../../../domain/new-person.ts';
import type { NewPersonThreshold } from './wire.ts';

/** What a request says of faces that become persons. */
export type WireAdmission = {
  readonly new_person_threshold?: NewPersonThreshold | undefined;
  readonly new_person_square_min?: number | undefined;
  readonly new_person_yaw_max?: number | undefined;
};

/** Where neither the request nor a source says anything, as documented. */
const usual: Admission = { when: 'unknown', minFacePixels: 112, maxYaw: 30 };

const levels: readonly Anchor[] = anchoredScales.enface.anchors;

/** What the request says, then what is said for all requests. */
export function toAdmission(said: WireAdmission, otherwise: Admission = usual): Admission {
  return {
    when: said.new_person_threshold ? toWhen(said.new_person_threshold) : otherwise.when,
    minFacePixels: said.new_person_square_min ?? otherwise.minFacePixels,
    maxYaw: said.new_person_yaw_max ?? otherwise.maxYaw,
  };
}

/** A score stands for the rate at which strangers reach it. */
function toWhen(threshold: NewPersonThreshold): Admission['when'] {
  if (threshold === 'never') return 'never';
  const level = levels.find(({ score }) => String(score) === threshold);
  return level ? { maxFmr: level.fmr } : 'unknown';
}

/** The level that lets no more strangers pass than the rate does. */
export function fromWhen(when: Admission['when']): NewPersonThreshold {
  if (when === 'never') return 'never';
  if (when === 'unknown') return 'no_match';
  const level = levels.find(({ fmr }) => fmr <= when.maxFmr) ?? levels.at(-1)!;
  return String(level.score) as NewPersonThreshold;
}
