import type { FaceQuality } from '../domain/face.ts';
import type { Picture } from '../domain/picture.ts';
import { type CroppedFace, cropSide, faceSideInCrop } from './align.ts';
import type { Detection } from './detection.ts';
import { poseFrom5 } from './pose.ts';
import { longerSide } from './similarity-transform.ts';

/** Judges a face by its box, its landmarks and the middle of its crop; the formulas stand in docs/quality.md. */
export function judgeQuality(detection: Detection, face: CroppedFace): FaceQuality {
  const light = measureLight(face.pixels);
  const parts = {
    size: ramp(longerSide(detection.box), 20, 100),
    sharpness: ramp(Math.log2(light.detail + 1e-9), -9, -4),
    exposure: exposureOf(light),
    pose: poseScore(face),
    detector: ramp(detection.score, 0.4, 0.9),
  };
  const { size, sharpness, exposure, pose, detector } = parts;
  return { overall: (size * sharpness * exposure * pose * detector) ** (1 / 5), ...parts };
}

/** 0 up to `none`, 1 from `full` on, straight in between; `none` may be the larger one. */
function ramp(value: number, none: number, full: number): number {
  return Math.min(1, Math.max(0, (value - none) / (full - none)));
}

function poseScore({ landmarks }: CroppedFace): number {
  const { yaw, pitch } = poseFrom5(landmarks);
  return ramp(Math.hypot(yaw, pitch), 60, 15);
}

function exposureOf({ mean, deviation, clipped }: Light): number {
  return ramp(mean, 15, 60) * ramp(mean, 250, 200) * ramp(deviation, 4, 20) * ramp(clipped, 0.6, 0.1);
}

type Light = {
  /** Of the luma, 0 to 255. */
  readonly mean: number;
  readonly deviation: number;
  /** The share of pixels that are nearly black or nearly white. */
  readonly clipped: number;
  /** Energy of the Laplacian as a share of the luma's variance: what the face has of its finest structures. */
  readonly detail: number;
};

/** Looks at the square of the face's box in the crop. */
function measureLight({ data }: Picture): Light {
  const from = (cropSide - faceSideInCrop) / 2;
  const luma = new Float32Array(faceSideInCrop * faceSideInCrop);
  let sum = 0;
  let squares = 0;
  let clipped = 0;
  for (let y = 0, i = 0; y < faceSideInCrop; y++) {
    for (let x = 0, at = ((from + y) * cropSide + from) * 3; x < faceSideInCrop; x++, i++, at += 3) {
      const value = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
      luma[i] = value;
      sum += value;
      squares += value * value;
      if (value < 8 || value > 247) clipped++;
    }
  }
  const mean = sum / luma.length;
  const variance = Math.max(0, squares / luma.length - mean * mean);
  return {
    mean,
    deviation: Math.sqrt(variance),
    clipped: clipped / luma.length,
    detail: laplacianEnergy(luma, faceSideInCrop) / Math.max(1, variance),
  };
}

function laplacianEnergy(luma: Float32Array, side: number): number {
  let energy = 0;
  for (let y = 1; y < side - 1; y++) {
    for (let i = y * side + 1; i < (y + 1) * side - 1; i++) {
      const bend = luma[i - 1]! + luma[i + 1]! + luma[i - side]! + luma[i + side]! - 4 * luma[i]!;
      energy += bend * bend;
    }
  }
  return energy / ((side - 2) * (side - 2));
}
