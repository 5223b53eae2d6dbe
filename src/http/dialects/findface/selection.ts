import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { AnalysedFace } from '../../../domain/face.ts';
import type { Box } from '../../../domain/geometry.ts';
import type { PictureAsk } from '../../../services/pictures.ts';
import { WireRefusal } from '../../dialect.ts';
import type { FindFaceDeps } from './deps.ts';
import { listSchema, numberSchema, readJsonText } from './parameters.ts';
import { toWireBox, type WireBox } from './wire.ts';

/** Which faces of a picture are meant. */
export type Selection = {
  /** For the whole picture, or within each box. */
  readonly selector: 'reject' | 'biggest' | 'all';
  readonly boxes?: readonly WireBox[];
};

export const selectorSchema = z
  .enum(['reject', 'biggest', 'all'], { error: 'must be reject, biggest or all' })
  .default('biggest');

export const coordinateSchema = numberSchema(-1e6, 1e6);
/** So many boxes may name faces of one picture. */
const mostBoxes = 100;
/** More faces of a picture, the largest ones, are not looked at. */
export const mostFaces = 100;

const boxSchema = z.union(
  [
    z.object({ x1: coordinateSchema, y1: coordinateSchema, x2: coordinateSchema, y2: coordinateSchema }),
    z
      .tuple([coordinateSchema, coordinateSchema, coordinateSchema, coordinateSchema])
      .transform(([x1, y1, x2, y2]) => ({ x1, y1, x2, y2 })),
  ],
  { error: 'must be [x1, y1, x2, y2] or an object of these four' },
);

/** One box or several; each as an array of its four coordinates or as an object. None at all are no wish. */
export const boxesSchema = z
  .preprocess(toBoxes, listSchema(boxSchema, mostBoxes).optional())
  .transform((boxes) => (boxes?.length === 0 ? undefined : boxes));

function toBoxes(given: unknown): unknown {
  const value = typeof given === 'string' ? (readJsonText(given) ?? given.split(',')) : given;
  const isList = Array.isArray(value);
  const isOne = isList
    ? value.length > 0 && value.every((one) => typeof one !== 'object')
    : value !== undefined;
  return isOne ? [value] : value;
}

/** How much has to be asked of a picture. */
export function facesToAsk({
  selector,
  boxes,
}: Selection): Pick<PictureAsk, 'faces' | 'maxFaces' | 'attributes'> {
  const few = { biggest: 1, reject: 2, all: mostFaces }[selector];
  return { faces: 'detect', maxFaces: boxes ? mostFaces : few, attributes: [] };
}

/** The faces that are meant, of those of a picture, largest first. `no-face`; `several-faces` where that is refused. */
export function chooseFaces<Face extends Pick<AnalysedFace, 'box'>>(
  faces: readonly Face[],
  { selector, boxes }: Selection,
): Face[] {
  const groups = boxes?.map((box) => faces.filter((face) => isInside(face.box, box))) ?? [faces];
  const chosen = groups.flatMap((group) => {
    if (group.length === 0) throw new AppError('no-face', 'No face was found in the picture or box');
    if (selector === 'reject' && group.length > 1)
      throw new AppError('several-faces', 'More than one face was found');
    return selector === 'all' ? group : group.slice(0, 1);
  });
  return [...new Set(chosen)];
}

/** Whether the middle of the face lies there. */
function isInside({ x, y, width, height }: Box, { x1, y1, x2, y2 }: WireBox): boolean {
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  return middleX >= x1 && middleX <= x2 && middleY >= y1 && middleY <= y2;
}

type Looking = {
  readonly recognition: FindFaceDeps['recognition'];
  readonly picture: Uint8Array;
  readonly signal: AbortSignal;
};

/** Runs what refuses several faces, and says which there are when it does. */
export async function tellingSeveral<R>(
  { recognition, picture, signal }: Looking,
  { boxes }: Selection,
  run: () => Promise<R>,
): Promise<R> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'several-faces')) throw error;
    const all = { picture, faces: 'detect', maxFaces: 0, attributes: [] } as const;
    const { faces } = await recognition.analyse(all, signal);
    const meant = boxes ? faces.filter((face) => boxes.some((box) => isInside(face.box, box))) : faces;
    const reason = `Too many faces: ${meant.length}`;
    const body = { code: 400, faces: meant.map((face) => toWireBox(face.box)), reason };
    throw new WireRefusal('several-faces', { status: 400, body });
  }
}
