import type { Point } from '../domain/geometry.ts';
import { mapPoint } from '../domain/geometry.ts';
import { type CroppedFace, chipToCrop } from './align.ts';
import { type NetworkAnswer, rowOf } from './crop-network.ts';

/** The corners of an eye, left and right as seen, in pixels of the crop. */
export type EyeCorners = readonly [left: Point, right: Point];

/** What the mesh network says of a face. */
export type FaceMesh = {
  /** 0 to 1: how sure it is that a face is there. */
  readonly presence: number;
  readonly leftEye: EyeCorners;
  readonly rightEye: EyeCorners;
};

/** The places of the eyes' corners among the 468 points of MediaPipe's mesh. */
const corners = { leftEye: [33, 133], rightEye: [362, 263] } as const;

export function readMesh(answer: NetworkAnswer, index: number, face: CroppedFace): FaceMesh {
  const points = rowOf(answer, 'mesh', index);
  const toCrop = chipToCrop(answer.entry, face.landmarks);
  const at = (point: number): Point => mapPoint(toCrop, [points[3 * point]!, points[3 * point + 1]!]);
  const eye = ([left, right]: readonly [number, number]): EyeCorners => [at(left), at(right)];
  return {
    presence: rowOf(answer, 'presence', index)[0]!,
    leftEye: eye(corners.leftEye),
    rightEye: eye(corners.rightEye),
  };
}
