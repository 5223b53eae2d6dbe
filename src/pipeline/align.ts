import { warpToPicture } from '../../native/pixels/binding.ts';
import type { ModelEntry } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import { type Landmarks5, mapPoint, type Point, type Similarity } from '../domain/geometry.ts';
import type { Picture } from '../domain/picture.ts';
import { alignmentPoints, type Detection, mapLandmarks } from './detection.ts';
import { boxCentre, fitSimilarity, invert, longerSide, ontoSquare } from './similarity-transform.ts';

/** The model-neutral crop is a square of this side … */
export const cropSide = 320;
/** … in which the longer side of the face's box is this long, round the same centre. */
export const faceSideInCrop = 160;

/** A face cut out, its eyes level: what every network but the detector is fed from. */
export type CroppedFace = {
  readonly pixels: Picture;
  /** In pixels of the crop. */
  readonly landmarks: Landmarks5;
};

/** From the crop's pixels to the picture's. */
export function cropToPicture({ box, landmarks }: Detection): Similarity {
  const [leftEye, rightEye] = landmarks;
  const turn = Math.atan2(rightEye[1] - leftEye[1], rightEye[0] - leftEye[0]);
  const scale = longerSide(box) / faceSideInCrop;
  const a = scale * Math.cos(turn);
  const b = scale * Math.sin(turn);
  const [x, y] = boxCentre(box);
  const middle = cropSide / 2;
  return { a, b, tx: x - a * middle + b * middle, ty: y - b * middle - a * middle };
}

/** Cuts the crop; beyond the picture's border its outermost pixels are repeated. */
export function cutCrop(picture: Picture, detection: Detection): CroppedFace {
  const toSource = cropToPicture(detection);
  const fromPicture = invert(toSource);
  return {
    pixels: warpToPicture({ source: picture, toSource, outside: 'nearest-edge' }, cropSide, cropSide),
    landmarks: mapLandmarks(detection.landmarks, (point) => roundPoint(mapPoint(fromPicture, point))),
  };
}

/** The side of the small pictures that are looked at … */
const thumbSide = 112;
/** … on which a little more than the face's box can be seen. */
const thumbFactor = 1.2;

/** The face of a crop as a small picture. */
export function cutThumb({ pixels }: CroppedFace): Picture {
  const middle = cropSide / 2;
  const toSource = ontoSquare(thumbSide, [middle, middle], faceSideInCrop * thumbFactor);
  return warpToPicture({ source: pixels, toSource, outside: 'nearest-edge' }, thumbSide, thumbSide);
}

/** Sixteenths of a pixel survive every way of storing numbers, so that a stored crop aligns exactly as it did before. */
function roundPoint([x, y]: Point): Point {
  return [Math.round(x * 16) / 16, Math.round(y * 16) / 16];
}

/** From the pixels of a network's input to those of the crop, as the network's catalogue entry wants its faces cut. */
export function chipToCrop(entry: ModelEntry, landmarks: Landmarks5): Similarity {
  const { alignment } = entry;
  const size = entry.input.width;
  if (alignment?.kind === 'box')
    return ontoSquare(size, [cropSide / 2, cropSide / 2], faceSideInCrop * alignment.factor);
  if (alignment?.kind !== 'points')
    throw new AppError('model-missing', `The catalogue does not say how faces are cut for ${entry.id}`);
  const { template, padding } = alignment;
  const chipPoints = [template.leftEye, template.rightEye, template.nose, template.mouth].map(
    ([x, y]): Point => [
      ((x + padding) / (1 + 2 * padding)) * size,
      ((y + padding) / (1 + 2 * padding)) * size,
    ],
  );
  return invert(fitSimilarity(alignmentPoints(landmarks), chipPoints));
}

/** As `chipToCrop`, for a network that sees one eye with these corners, in pixels of the crop. */
export function eyeChipToCrop(entry: ModelEntry, [left, right]: readonly [Point, Point]): Similarity {
  const { alignment, input } = entry;
  if (alignment?.kind !== 'eye')
    throw new AppError('model-missing', `The catalogue does not say how eyes are cut for ${entry.id}`);
  const [across, down] = [right[0] - left[0], right[1] - left[1]];
  const a = (alignment.factor * across) / input.width;
  const b = (alignment.factor * down) / input.width;
  const middle = input.width / 2;
  const [x, y] = [left[0] + across / 2, left[1] + down / 2];
  return { a, b, tx: x - a * middle + b * middle, ty: y - b * middle - a * middle };
}
