import type { Landmarks5, Point } from '../domain/geometry.ts';
import type { Picture } from '../domain/picture.ts';
import type { Detector } from './detect.ts';
import { type Detection, landmarksFromMouthCentre } from './detection.ts';
import { longerSide } from './similarity-transform.ts';

/** Where eyes, nose and mouth lie in the box of an upright face, as shares of its sides. */
const usualPlaces = {
  leftEye: [0.3, 0.33],
  rightEye: [0.7, 0.33],
  nose: [0.5, 0.57],
  mouth: [0.5, 0.77],
} as const;

/** A detector wants to see a bit of surroundings; a tight crop gets black ones of this share of its longer side. */
const surroundings = 0.25;

/**
 * The one face of a picture that is a face crop: the largest that the detector sees, else, with the score 0, the whole
 * picture with eyes, nose and mouth where they usually are.
 */
export async function locateWhole(detector: Detector, picture: Picture): Promise<Detection> {
  const { width, height } = picture;
  const margin = Math.max(width, height) * surroundings;
  const region = { x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin };
  const found = await detector.detectInRegion(picture, region);
  const largest = found.sort((one, other) => longerSide(other.box) - longerSide(one.box))[0];
  return largest ?? { box: { x: 0, y: 0, width, height }, score: 0, landmarks: usualLandmarks(picture) };
}

function usualLandmarks({ width, height }: Picture): Landmarks5 {
  const at = ([x, y]: Point): Point => [x * width, y * height];
  const { leftEye, rightEye, nose, mouth } = usualPlaces;
  return landmarksFromMouthCentre(at(leftEye), at(rightEye), at(nose), at(mouth));
}
