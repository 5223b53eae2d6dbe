import { type CroppedFace, eyeChipToCrop } from './align.ts';
import { type LoadedNetwork, rowsOf } from './crop-network.ts';
import type { FaceMesh } from './face-mesh.ts';

/**
 * How far the eyes of each face are open: the height between the lids over the eye's width, the mean of both eyes and
 * of what the network says of the mirror image. Wide open eyes have about .4, closed ones less than .1.
 */
export async function measureEyeOpenings(
  faces: readonly CroppedFace[],
  meshes: readonly FaceMesh[],
  { entry, network }: LoadedNetwork,
): Promise<number[]> {
  const chips = faces.flatMap(({ pixels }, face) => {
    const { leftEye, rightEye } = meshes[face]!;
    return [leftEye, rightEye].map((eye) => ({ source: pixels, toSource: eyeChipToCrop(entry, eye) }));
  });
  const openings = rowsOf(await network.run(chips), 'contour', entry).map(openingOf);
  const perFace = openings.length / faces.length;
  return faces.map((_, face) => mean(openings.slice(face * perFace, (face + 1) * perFace)));
}

/**
 * Three numbers a point. Points 0 to 8 run along the lower lid from corner to corner, 9 to 15 lie on the upper lid above
 * 1 to 7; of these the three in the middle count.
 */
function openingOf(contour: Float32Array): number {
  const across = contour[3 * 8]! - contour[0]!;
  const down = contour[3 * 8 + 1]! - contour[1]!;
  const heights = [3, 4, 5].map((lower) => contour[3 * lower + 1]! - contour[3 * (lower + 8) + 1]!);
  return Math.max(0, mean(heights)) / Math.hypot(across, down);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
