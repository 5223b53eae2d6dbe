import { AppError } from './errors.ts';
import type { AnalysedFace, AnalysedPicture, Attribute, FaceAttributes } from './face.ts';
import { type Box, boxArea, type Point } from './geometry.ts';

/**
 * What can be wrong with a picture of one person, in the order in which it is told: what comes first makes what comes
 * later uncertain. docs/face-conditions.md says how each is measured, on what, and what it cannot tell.
 */
export const conditions = [
  'no-face', // nobody is to be seen
  'several-faces', // more than one person of about the same size
  'cut-off', // a part of the face is beyond the picture's border
  'too-close', // the face fills the picture
  'near-border', // the face all but touches the border
  'too-small', // the face has fewer pixels than the networks want
  'turned', // the head is turned, bowed or tilted too far
  'covered', // something hides an eye, the nose or the mouth
  'eyes-closed',
  'not-live', // a photograph, a screen or the like
] as const;
export type Condition = (typeof conditions)[number];

/** What has to be asked of vision, besides `liveness`, before conditions can be found. */
export const conditionAttributes: readonly Attribute[] = ['landmarks68', 'pose', 'eyeOpening', 'visibility'];

/** From where on a condition is met; the defaults, and why, stand in docs/face-conditions.md. */
export type ConditionLimits = {
  /** Another face counts from this share of the largest one's longer side on. */
  readonly otherFaceShare: number;
  /** Of the longer side of the face's box. */
  readonly minFacePixels: number;
  /** Of `FacePlacement.pictureShare`. */
  readonly maxPictureShare: number;
  /** Of `FacePlacement.borderDistance`. */
  readonly minBorderDistance: number;
  /** Landmarks nearer to the border than this are cut off when the box reaches over it by `maxOverBorder`. */
  readonly safeBorderDistance: number;
  readonly maxOverBorder: number;
  /** Degrees to either side. */
  readonly maxYaw: number;
  readonly maxPitch: number;
  readonly maxRoll: number;
  /** The height between the lids over the eye's width. */
  readonly minEyeOpening: number;
  /** Of `visibility.face`, 0 to 1. */
  readonly minFaceVisibility: number;
  /** Of each of `visibility.parts`. */
  readonly minPartVisibility: number;
  /** 0 to 1. */
  readonly minLiveness: number;
};

export const usualLimits: ConditionLimits = {
  otherFaceShare: 0.5,
  minFacePixels: 80,
  maxPictureShare: 0.75,
  minBorderDistance: 0.1,
  safeBorderDistance: 0.05,
  maxOverBorder: 0.05,
  maxYaw: 35,
  maxPitch: 40,
  maxRoll: 30,
  minEyeOpening: 0.14,
  minFaceVisibility: 0.98,
  minPartVisibility: 1,
  minLiveness: 0.5,
};

/** How a face lies in its picture. Its extent is that of the 68 landmarks: from ear to ear, from the brows to the chin. */
export type FacePlacement = {
  /** The longer side of the detector's box. */
  readonly facePixels: number;
  /** The larger of the extent's shares of the picture's width and height. */
  readonly pictureShare: number;
  /** From the extent to the nearest border in longer sides of the extent; negative where landmarks are outside. */
  readonly borderDistance: number;
  /** How far the box reaches over the border, in longer sides of the box; negative where it does not. */
  readonly overBorder: number;
};

type PictureSize = Pick<AnalysedPicture, 'width' | 'height'>;

/** The extent tells more than the box, which detectors stretch where they see little around a face. */
export function measurePlacement(face: AnalysedFace, picture: PictureSize): FacePlacement {
  const { box } = face;
  const extent = boxAround(required(face, 'landmarks68'));
  const facePixels = Math.max(box.width, box.height);
  return {
    facePixels,
    pictureShare: Math.max(extent.width / picture.width, extent.height / picture.height),
    borderDistance: distanceToBorder(extent, picture) / Math.max(extent.width, extent.height),
    overBorder: -distanceToBorder(box, picture) / facePixels,
  };
}

function boxAround(points: readonly Point[]): Box {
  const across = points.map(([x]) => x);
  const down = points.map(([, y]) => y);
  const [x, y] = [Math.min(...across), Math.min(...down)];
  return { x, y, width: Math.max(...across) - x, height: Math.max(...down) - y };
}

function distanceToBorder(box: Box, { width, height }: PictureSize): number {
  return Math.min(box.x, box.y, width - box.x - box.width, height - box.y - box.height);
}

/**
 * The conditions that a picture meets, in the order of the list; none for a good one. Only its largest face is judged.
 * Liveness is judged when it was measured; the other measures must all be there.
 */
export function findConditions(picture: AnalysedPicture, limits: ConditionLimits = usualLimits): Condition[] {
  const [face, ...others] = picture.faces.toSorted((one, other) => boxArea(other.box) - boxArea(one.box));
  if (!face) return ['no-face'];
  const placement = measurePlacement(face, picture);
  const met: Readonly<Record<Condition, boolean>> = {
    'no-face': false,
    'several-faces': others.some(
      ({ box }) => Math.max(box.width, box.height) >= placement.facePixels * limits.otherFaceShare,
    ),
    ...placementConditions(placement, limits),
    turned: isTurned(face, limits),
    covered: isCovered(face, limits),
    'eyes-closed': required(face, 'eyeOpening') < limits.minEyeOpening,
    'not-live': (face.attributes.liveness ?? 1) < limits.minLiveness,
  };
  return conditions.filter((condition) => met[condition]);
}

function placementConditions(placement: FacePlacement, limits: ConditionLimits) {
  const { facePixels, pictureShare, borderDistance } = placement;
  const isOut = isCutOff(placement, limits);
  return {
    'cut-off': isOut,
    'too-close': pictureShare > limits.maxPictureShare,
    'near-border': !isOut && borderDistance < limits.minBorderDistance,
    'too-small': facePixels < limits.minFacePixels,
  };
}

function isCutOff(placement: FacePlacement, { safeBorderDistance, maxOverBorder }: ConditionLimits): boolean {
  const { borderDistance, overBorder } = placement;
  return borderDistance < 0 || (borderDistance < safeBorderDistance && overBorder > maxOverBorder);
}

function isTurned(face: AnalysedFace, { maxYaw, maxPitch, maxRoll }: ConditionLimits): boolean {
  const { yaw, pitch, roll } = required(face, 'pose');
  return Math.abs(yaw) > maxYaw || Math.abs(pitch) > maxPitch || Math.abs(roll) > maxRoll;
}

function isCovered(face: AnalysedFace, { minFaceVisibility, minPartVisibility }: ConditionLimits): boolean {
  const { face: whole, parts } = required(face, 'visibility');
  return whole < minFaceVisibility || Object.values(parts ?? {}).some((part) => part < minPartVisibility);
}

/** A measure that is not there must never pass for a good one. */
function required<Name extends keyof FaceAttributes>(
  { attributes }: AnalysedFace,
  name: Name,
): NonNullable<FaceAttributes[Name]> {
  const value = attributes[name];
  if (value === undefined) throw new AppError('internal', `The conditions of a face need its ${name}`);
  return value;
}
