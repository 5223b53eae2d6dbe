import { AppError } from '../domain/errors.ts';
import type { Point } from '../domain/geometry.ts';
import type { Tensor } from '../domain/ports/face-models.ts';
import { type Detection, landmarksFromMouthCentre } from './detection.ts';

/** Each stage looks at the cells of one stride, with so many anchors a cell. */
const stages = [
  { stride: 16, anchors: 2 },
  { stride: 32, anchors: 6 },
] as const;
const valuesPerAnchor = 16;

/** Reads BlazeFace's outputs for an input of `size` × `size`: boxes and points in pixels of the network's input. */
export function decodeBlazeface(
  outputs: ReadonlyMap<string, Tensor>,
  size: number,
  minScore: number,
): Detection[] {
  const found: Detection[] = [];
  for (const { stride, anchors } of stages) {
    const cells = size / stride;
    const count = cells * cells * anchors;
    const scores = outputOf(outputs, count, 1);
    const values = outputOf(outputs, count, valuesPerAnchor);
    const minLogit = Math.log(minScore / (1 - minScore));
    for (let anchor = 0; anchor < count; anchor++) {
      const logit = scores[anchor]!;
      if (!(logit >= minLogit)) continue;
      const cell = Math.floor(anchor / anchors);
      const centre: Point = [((cell % cells) + 0.5) * stride, (Math.floor(cell / cells) + 0.5) * stride];
      found.push(readAnchor(values, anchor * valuesPerAnchor, centre, logit));
    }
  }
  return found;
}

/** The two stages are told apart by the number of their anchors, not by the names that a converter gave them. */
function outputOf(outputs: ReadonlyMap<string, Tensor>, count: number, width: number): Float32Array {
  for (const { data, dims } of outputs.values()) if (dims[1] === count && dims[2] === width) return data;
  throw new AppError('model-missing', `The detector has no output of ${count} × ${width} values`);
}

function readAnchor(values: Float32Array, at: number, [x, y]: Point, logit: number): Detection {
  const width = values[at + 2]!;
  const height = values[at + 3]!;
  const point = (index: number): Point => [values[at + 4 + 2 * index]! + x, values[at + 5 + 2 * index]! + y];
  return {
    box: { x: values[at]! + x - width / 2, y: values[at + 1]! + y - height / 2, width, height },
    score: 1 / (1 + Math.exp(-logit)),
    landmarks: landmarksFromMouthCentre(point(0), point(1), point(2), point(3)),
  };
}
