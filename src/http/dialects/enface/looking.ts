import type { CameraFeature } from '../../../domain/camera.ts';
import { AppError } from '../../../domain/errors.ts';
import type { AnalysedFace, AnalysedPicture } from '../../../domain/face.ts';
import type { Point } from '../../../domain/geometry.ts';
import { enrolNeeds } from '../../../services/kept-picture.ts';
import type { People } from '../../../services/people.ts';
import { type PictureAsk, poseOf } from '../../../services/pictures.ts';
import type { Telling, WireFeature } from './wire.ts';

/** Smaller pictures and faces are told to be too small; both are ours. */
const leastSide = 40;
const leastFace = 30;
/** So many of a picture's faces are processed, the largest ones. */
const mostFaces = 50;

export type LookOptions = Telling & {
  readonly multi: boolean;
  readonly feature_check: readonly CameraFeature[];
};

/** The faces of a picture that are processed, or why there are none. */
export type Looked<Picture extends AnalysedPicture> = {
  readonly message: string;
  /** Absent when nothing could be looked at. */
  readonly picture?: Picture;
  readonly faces: Picture['faces'];
};

export function toPictureAsk(picture: Uint8Array, { multi, thumb, feature_check }: LookOptions): PictureAsk {
  const asked = feature_check.filter((feature) => feature !== 'race');
  return {
    ...{ picture, faces: 'detect', thumb, mayBeEmpty: true },
    maxFaces: multi ? mostFaces : 1,
    attributes: ['pose', ...asked],
  };
}

/** As `toPictureAsk`, of a picture whose faces may become persons. */
export function toEnrolAsk(
  picture: Uint8Array,
  options: LookOptions,
  { pictures }: Pick<People, 'pictures'>,
): PictureAsk {
  return { ...toPictureAsk(picture, options), ...enrolNeeds(pictures) };
}

/** Tells what came of looking at a picture in the vendor's words. */
export async function lookAt<Picture extends AnalysedPicture>(
  looking: Promise<Picture>,
): Promise<Looked<Picture>> {
  const picture = await orUnreadable(looking);
  if (!picture) return { message: 'image format is unknown', faces: [] };
  const { width, height, facesFound } = picture;
  if (Math.min(width, height) < leastSide) return { message: 'image is too small', faces: [] };
  if (facesFound === 0) return { message: 'no faces found', picture, faces: [] };
  const faces = picture.faces.filter(({ box }) => Math.max(box.width, box.height) >= leastFace);
  if (faces.length === 0) {
    return { message: `${facesFound} faces detected, but they are too small`, picture, faces };
  }
  return { message: `${faces.length} face(s) successfully processed`, picture, faces };
}

async function orUnreadable<Picture>(looking: Promise<Picture>): Promise<Picture | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof AppError && error.code === 'picture-unreadable') return undefined;
    throw error;
  }
}

/** What was asked to be told of each face. */
export function toWireFace(
  face: AnalysedFace,
  { width, height }: Pick<AnalysedPicture, 'width' | 'height'>,
  asked: Telling,
) {
  const { x, y } = face.box;
  const within = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most);
  const box = [
    [within(x, width), within(y, height)],
    [within(x + face.box.width, width), within(y + face.box.height, height)],
  ];
  return {
    ...(asked.bbox && { bbox: box }),
    ...(asked.bbox_pro && { bbox_pro: turnedBox(face) }),
    ...(asked.thumb && { thumb: Buffer.from(face.thumb ?? []).toString('base64') }),
  };
}

/** The corners of the box as it is turned with the face, from the top left on, clockwise. */
function turnedBox(face: AnalysedFace): Point[] {
  const { x, y, width, height } = face.box;
  const turn = (poseOf(face).roll * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const corners: Point[] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ];
  return corners.map(([right, down]) => {
    const [dx, dy] = [(right * width) / 2, (down * height) / 2];
    return [
      Math.round(x + width / 2 + dx * cos - dy * sin),
      Math.round(y + height / 2 + dx * sin + dy * cos),
    ];
  });
}

/** In the order in which they were asked for. Nothing here tells a race, and a network may not be installed. */
export function toFeatures(
  { attributes: { gender, age } }: AnalysedFace,
  asked: readonly CameraFeature[],
  { stageMs }: Pick<AnalysedPicture, 'stageMs'>,
): WireFeature[] {
  const spent = Math.round(stageMs.attributes ?? 0);
  const feature = (name: CameraFeature, result: string | number, probability: number): WireFeature => ({
    ...{ name, version: 1, result, confidence: probability.toFixed(4), spent },
  });
  return asked.map((name) => {
    if (name === 'gender' && gender) return feature(name, gender.value, gender.probability);
    if (name === 'age' && age) return feature(name, Math.round(age.years), age.probability);
    return { name, version: 1, result: 'not available', confidence: '0', spent: 0 };
  });
}

export function startSpending(): () => number {
  const startedAt = performance.now();
  return () => Math.round(performance.now() - startedAt);
}
