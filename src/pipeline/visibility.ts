import type { PartVisibility } from '../domain/face.ts';
import { fiveOf68, type Point } from '../domain/geometry.ts';
import { cosine } from '../domain/vector.ts';
import type { CroppedFace } from './align.ts';
import type { Embedder } from './embed.ts';
import { type Patch, paintOver } from './paint-over.ts';

/** Half the sides of what is painted over, as shares of the distance between the eyes' outer corners. */
const patchSizes = { eye: [0.2, 0.12], nose: [0.25, 0.25], mouth: [0.32, 0.18] } as const;

/**
 * How much of each part the embedding network sees: how far the template changes when the part is painted over, in units
 * of the least change that the catalogue gives for a bare one. A part that something covers takes little with it when it
 * goes. Undefined when the catalogue gives no least changes for the network. `landmarks` are 68 points of the crop.
 */
export async function measureParts(
  face: CroppedFace,
  landmarks: readonly Point[],
  { embed, leastShares }: Pick<Embedder, 'embed' | 'leastShares'>,
): Promise<PartVisibility | undefined> {
  if (!leastShares) return undefined;
  const painted = patchesOf(landmarks).map((patch) => ({ ...face, pixels: paintOver(face.pixels, patch) }));
  const [bare, ...without] = await embed([face, ...painted]);
  const changes = without.map(({ vector }) => 1 - cosine(vector, bare!.vector));
  return {
    leftEye: changes[0]! / leastShares.eye,
    rightEye: changes[1]! / leastShares.eye,
    nose: changes[2]! / leastShares.nose,
    mouth: changes[3]! / leastShares.mouth,
  };
}

/** Left eye, right eye, nose, mouth. */
function patchesOf(landmarks: readonly Point[]): Patch[] {
  const [leftEye, rightEye] = fiveOf68(landmarks);
  const [outerLeft, outerRight] = [landmarks[36]!, landmarks[45]!];
  const unit = Math.hypot(outerRight[0] - outerLeft[0], outerRight[1] - outerLeft[1]);
  const patch = (centre: Point, [width, height]: readonly [number, number]): Patch => ({
    centre,
    halfWidth: width * unit,
    halfHeight: height * unit,
  });
  return [
    patch(leftEye, patchSizes.eye),
    patch(rightEye, patchSizes.eye),
    patch(middle([30, 33], landmarks), patchSizes.nose),
    patch(middle([48, 51, 54, 57], landmarks), patchSizes.mouth),
  ];
}

function middle(indexes: readonly number[], landmarks: readonly Point[]): Point {
  const points = indexes.map((index) => landmarks[index]!);
  const sum = points.reduce(([sx, sy], [x, y]): Point => [sx + x, sy + y], [0, 0] as Point);
  return [sum[0] / points.length, sum[1] / points.length];
}
