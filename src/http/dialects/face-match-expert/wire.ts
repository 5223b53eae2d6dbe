import { z } from 'zod';
import type { Landmarks5, Point } from '../../../domain/geometry.ts';
import { base64Picture } from '../../openapi/description.ts';

/** So many pictures one request may bring; their bytes have a limit besides. */
export const maxItems = 100;

const text = z.string();
const id = text.min(1).max(255);

export const addBody = z
  .array(z.object({ id, image: base64Picture }))
  .min(1)
  .max(maxItems);
export const deleteBody = z.object({ id });
export const imageBody = z.object({ image: base64Picture });
export const faceDataBody = z.object({ faceData: text });
export const twoImagesBody = z.object({ image1: base64Picture, image2: base64Picture });
export const twoFaceDataBody = z.object({ faceData1: text, faceData2: text });

/** `[x, y]` in pixels of the picture, rounded. */
type WirePoint = readonly [x: number, y: number];

export type WirePoints = {
  readonly leftEye: WirePoint;
  readonly rightEye: WirePoint;
  readonly mouthLeft: WirePoint;
  readonly mouthRight: WirePoint;
  readonly nose: WirePoint;
};
export type WireFace = { readonly faceData: string; readonly faceImage: string } & WirePoints;
export type WireHit = { readonly id: string; readonly similarity: number } & WirePoints;
export type WireComparison = { readonly similarity: number };

export function toWirePoints([leftEye, rightEye, nose, mouthLeft, mouthRight]: Landmarks5): WirePoints {
  return {
    leftEye: rounded(leftEye),
    rightEye: rounded(rightEye),
    mouthLeft: rounded(mouthLeft),
    mouthRight: rounded(mouthRight),
    nose: rounded(nose),
  };
}

function rounded([x, y]: Point): WirePoint {
  return [Math.round(x), Math.round(y)];
}
