import { AppError } from '../domain/errors.ts';
import type { Landmarks5, Point } from '../domain/geometry.ts';
import type { Tensor } from '../domain/ports/face-models.ts';
import type { Detection } from './detection.ts';

const strides = [8, 16, 32] as const;

/** Reads YuNet's outputs for an input `width` pixels wide: boxes and points in pixels of the network's input. */
export function decodeYunet(
  outputs: ReadonlyMap<string, Tensor>,
  width: number,
  minScore: number,
): Detection[] {
  const found: Detection[] = [];
  for (const stride of strides) {
    const classes = outputOf(outputs, `cls_${stride}`);
    const objects = outputOf(outputs, `obj_${stride}`);
    const boxes = outputOf(outputs, `bbox_${stride}`);
    const points = outputOf(outputs, `kps_${stride}`);
    const columns = width / stride;
    for (let cell = 0; cell < classes.length; cell++) {
      const score = Math.sqrt(Math.max(0, classes[cell]! * objects[cell]!));
      if (!(score >= minScore)) continue;
      const origin: Point = [cell % columns, Math.floor(cell / columns)];
      found.push({ ...readCell({ boxes, points }, cell, origin, stride), score: Math.min(1, score) });
    }
  }
  return found;
}

function outputOf(outputs: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const output = outputs.get(name);
  if (!output) throw new AppError('model-missing', `The detector has no output named ${name}`);
  return output.data;
}

type CellValues = { readonly boxes: Float32Array; readonly points: Float32Array };

function readCell(
  { boxes, points }: CellValues,
  cell: number,
  [column, row]: Point,
  stride: number,
): Omit<Detection, 'score'> {
  const box = (index: number): number => boxes[cell * 4 + index]!;
  const width = Math.exp(box(2)) * stride;
  const height = Math.exp(box(3)) * stride;
  const point = (index: number): Point => [
    (column + points[cell * 10 + 2 * index]!) * stride,
    (row + points[cell * 10 + 2 * index + 1]!) * stride,
  ];
  const landmarks: Landmarks5 = [point(0), point(1), point(2), point(3), point(4)];
  const x = (column + box(0)) * stride - width / 2;
  const y = (row + box(1)) * stride - height / 2;
  return { box: { x, y, width, height }, landmarks };
}
