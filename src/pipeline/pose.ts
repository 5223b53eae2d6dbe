import type { Pose } from '../domain/face.ts';
import type { Landmarks5, Point } from '../domain/geometry.ts';
import { alignmentPoints } from './detection.ts';

type Point3 = readonly [x: number, y: number, z: number];

/**
 * A generic head in any unit, its two halves alike: x to the picture's right, y down, z away from the viewer, the nose
 * tip at the origin.
 */
const head = {
  chin: [0, 330, 65],
  leftEyeOuter: [-225, -170, 135],
  rightEyeOuter: [225, -170, 135],
  leftEye: [-165, -170, 120],
  rightEye: [165, -170, 120],
  noseTip: [0, 0, 0],
  leftMouth: [-150, 150, 125],
  rightMouth: [150, 150, 125],
  mouth: [0, 150, 110],
} as const satisfies Record<string, Point3>;

/** The points of the iBUG 300-W mark-up that hardly move with the expression, and the head's points they show. */
const points68: readonly (readonly [index: number, point: Point3])[] = [
  [36, head.leftEyeOuter],
  [45, head.rightEyeOuter],
  [30, head.noseTip],
  [48, head.leftMouth],
  [54, head.rightMouth],
  [8, head.chin],
];

/** The pose that 68 landmarks show; the method stands in docs/quality.md. */
export function poseFrom68(landmarks: readonly Point[]): Pose {
  const seen = points68.map(([index]) => landmarks[index]!);
  return fitPose(
    points68.map(([, point]) => point),
    seen,
  );
}

/** The pose that eyes, nose and mouth centre show, coarser than that of 68 landmarks. */
export function poseFrom5(landmarks: Landmarks5): Pose {
  return fitPose([head.leftEye, head.rightEye, head.noseTip, head.mouth], alignmentPoints(landmarks));
}

/** Fits the picture's x and y as linear functions of the head's points (weak perspective), by least squares. */
function fitPose(model: readonly Point3[], seen: readonly Point[]): Pose {
  const xOfPicture = fitRow(
    model,
    seen.map(([x]) => x),
  );
  const yOfPicture = fitRow(
    model,
    seen.map(([, y]) => y),
  );
  return readAngles(xOfPicture, yOfPicture);
}

/** Solves values ≈ row · point + constant; alike halves make x independent of y and z. */
function fitRow(model: readonly Point3[], values: readonly number[]): Point3 {
  const y = fromMean(model.map((point) => point[1]));
  const z = fromMean(model.map((point) => point[2]));
  const x = model.map((point) => point[0]);
  const [yy, yz, zz] = [dot(y, y), dot(y, z), dot(z, z)];
  const [xv, yv, zv] = [dot(x, values), dot(y, values), dot(z, values)];
  const determinant = yy * zz - yz * yz;
  return [xv / dot(x, x), (zz * yv - yz * zv) / determinant, (yy * zv - yz * yv) / determinant];
}

/**
 * Makes the two rows perpendicular and of length 1 (Gram and Schmidt): the first two of the head's rotation, which is
 * read as a turn by yaw, then by pitch, then by roll.
 */
function readAngles(xOfPicture: Point3, yOfPicture: Point3): Pose {
  const first = scaled(xOfPicture);
  const shared = dot(first, yOfPicture);
  const [x, y, z] = yOfPicture;
  const second = scaled([x - shared * first[0], y - shared * first[1], z - shared * first[2]]);
  const facing = cross(first, second);
  return {
    yaw: degrees(Math.atan2(facing[0], facing[2])),
    pitch: degrees(Math.asin(Math.min(1, Math.max(-1, -facing[1])))),
    roll: degrees(Math.atan2(-first[1], second[1])),
  };
}

function cross([a, b, c]: Point3, [x, y, z]: Point3): Point3 {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function fromMean(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, i) => sum + value * other[i]!, 0);
}

function scaled(vector: Point3): Point3 {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
