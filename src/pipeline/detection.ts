import type { Box, Landmarks5, Point } from '../domain/geometry.ts';

/** A face as a detector sees it. The coordinates are the network's until `detect` maps them into the picture. */
export type Detection = { readonly box: Box; readonly score: number; readonly landmarks: Landmarks5 };

/** The mouth's width as a share of the distance between the eyes, of dlib's mean face. */
const mouthWidth = 0.892;

/** Five points of a face whose mouth is known by its centre only. */
export function landmarksFromMouthCentre(
  leftEye: Point,
  rightEye: Point,
  nose: Point,
  mouth: Point,
): Landmarks5 {
  const x = ((rightEye[0] - leftEye[0]) * mouthWidth) / 2;
  const y = ((rightEye[1] - leftEye[1]) * mouthWidth) / 2;
  return [leftEye, rightEye, nose, [mouth[0] - x, mouth[1] - y], [mouth[0] + x, mouth[1] + y]];
}

/** The middle of the two mouth corners. */
export function mouthCentre(landmarks: Landmarks5): Point {
  const [, , , left, right] = landmarks;
  return [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
}

/** Eyes, nose and mouth centre: what every detector gives and every alignment uses. */
export function alignmentPoints(landmarks: Landmarks5): readonly [Point, Point, Point, Point] {
  return [landmarks[0], landmarks[1], landmarks[2], mouthCentre(landmarks)];
}

/** The five points, each mapped. */
export function mapLandmarks([a, b, c, d, e]: Landmarks5, map: (point: Point) => Point): Landmarks5 {
  return [map(a), map(b), map(c), map(d), map(e)];
}
