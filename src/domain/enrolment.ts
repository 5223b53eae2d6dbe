import { AppError } from './errors.ts';
import type { AnalysedFace, FaceQuality, Pose } from './face.ts';
import type { Uuid } from './gallery.ts';

/** Where a face is looked for that may be enrolled already: in the same collection, or in all that the caller reaches. */
export const duplicateScopes = ['off', 'collection', 'reached'] as const;
export type DuplicateScope = (typeof duplicateScopes)[number];

/** What becomes of a new reference of a person who has all that she may have. */
export const fullPolicies = ['refuse', 'replaceWeakest'] as const;
export type FullPolicy = (typeof fullPolicies)[number];

/** What enrolment asks of a face; a field that is absent asks nothing. */
export type EnrolmentPolicy = {
  /** The overall quality, 0 to 1. */
  readonly minQuality?: number | undefined;
  /** The longer side of the face's box. */
  readonly minFacePixels?: number | undefined;
  /** Degrees to either side. */
  readonly maxYaw?: number | undefined;
  readonly maxPitch?: number | undefined;
  readonly maxRoll?: number | undefined;
  readonly duplicates: DuplicateScope;
  /** Faces that strangers resemble so rarely count as one person's. */
  readonly duplicateFmr: number;
  /** In one collection. */
  readonly maxReferences?: number | undefined;
  readonly whenFull: FullPolicy;
};

/** Takes every picture with one face. */
export const openEnrolment: EnrolmentPolicy = { duplicates: 'off', duplicateFmr: 1e-4, whenFull: 'refuse' };

const angles = [
  ['yaw', 'maxYaw'],
  ['pitch', 'maxPitch'],
  ['roll', 'maxRoll'],
] as const;

/** Whether the policy says anything of the pose, which then has to be measured. */
export function limitsPose(policy: EnrolmentPolicy): boolean {
  return angles.some(([, limit]) => policy[limit] !== undefined);
}

export type MeasuredFace = Pick<AnalysedFace, 'box' | 'quality'> & { readonly pose: Pose };

/** Rejects with `face-too-small`, `quality-too-low` or `pose-too-far` what the policy does not take. */
export function checkFace({ box, quality, pose }: MeasuredFace, policy: EnrolmentPolicy): void {
  checkSize(Math.max(box.width, box.height), policy.minFacePixels ?? 0);
  checkQuality(quality, policy.minQuality ?? 0);
  for (const [angle, limit] of angles) {
    const most = policy[limit];
    if (most !== undefined) checkAngle(pose, angle, most);
  }
}

function checkSize(pixels: number, required: number): void {
  if (pixels >= required) return;
  const details = { pixels: Math.floor(pixels), required };
  const message = `The longer side of the face has ${details.pixels} pixels; at least ${required} are required`;
  throw new AppError('face-too-small', message, { details });
}

function checkQuality(quality: FaceQuality, required: number): void {
  if (quality.overall >= required) return;
  const { overall: _, ...parts } = quality;
  const [weakest] = Object.entries(parts).reduce((least, part) => (part[1] < least[1] ? part : least));
  const told = Object.fromEntries(Object.entries(quality).map(([name, value]) => [name, floor3(value)]));
  const message = `The quality of the face is ${told.overall}, at least ${required} is required; weakest is its ${weakest}`;
  throw new AppError('quality-too-low', message, { details: { ...told, weakest, required } });
}

function checkAngle(pose: Pose, angle: keyof Pose, most: number): void {
  if (Math.abs(pose[angle]) <= most) return;
  const [yaw, pitch, roll] = [pose.yaw, pose.pitch, pose.roll].map(awayFromZero);
  const details = { angle, yaw: yaw!, pitch: pitch!, roll: roll!, allowed: most };
  const message = `The face's ${angle} is ${details[angle]} degrees; at most ${most} to either side are allowed`;
  throw new AppError('pose-too-far', message, { details });
}

/** Down, so that a value just under its bound is never told as the bound. */
function floor3(value: number): number {
  return Math.floor(value * 1000) / 1000;
}

/** To a tenth of a degree, up for the same reason. */
function awayFromZero(degrees: number): number {
  return (Math.sign(degrees) * Math.ceil(Math.abs(degrees) * 10)) / 10;
}

/** A reference that the person has, with its overall quality. */
export type HeldReference = { readonly id: Uuid; readonly quality: number };

/** Where a new reference goes: beside the others, or in the place of one. */
export type Room = { readonly kind: 'beside' } | { readonly kind: 'instead'; readonly of: Uuid };

/**
 * Of several that are equally weak the first one held goes. `references-full` when the policy wants none to go, or the
 * new one is not better than the weakest.
 */
export function findRoom(held: readonly HeldReference[], quality: number, policy: EnrolmentPolicy): Room {
  const { maxReferences: most = Number.POSITIVE_INFINITY, whenFull } = policy;
  if (held.length < most) return { kind: 'beside' };
  const weakest = held.reduce((least, other) => (other.quality < least.quality ? other : least));
  if (whenFull === 'replaceWeakest' && quality > weakest.quality) return { kind: 'instead', of: weakest.id };
  const details = { references: held.length, allowed: most };
  const full = `The person has ${held.length} references; at most ${most} are allowed`;
  if (whenFull === 'refuse') throw new AppError('references-full', full, { details });
  const compared = { quality: floor3(quality), weakest: floor3(weakest.quality) };
  const message = `${full}, and a quality of ${compared.quality} is not above that of her weakest, ${compared.weakest}`;
  throw new AppError('references-full', message, { details: { ...details, ...compared } });
}
