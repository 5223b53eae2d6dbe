import type { AnalysedFace } from '../../../src/domain/face.ts';
import type { Box, Point } from '../../../src/domain/geometry.ts';

/**
 * The face of each nose. A box takes one nose at most, one that lies inside it; of several the pair goes first in which
 * the labelled nose and the found one are nearest, measured in widths of the box.
 */
export function matchNoses<Face extends Pick<AnalysedFace, 'box' | 'landmarks'>>(
  noses: readonly Point[],
  faces: readonly Face[],
): (Face | undefined)[] {
  const pairs = noses.flatMap((nose, index) =>
    faces
      .filter(({ box }) => contains(box, nose))
      .map((face) => ({ index, face, distance: distance(nose, face.landmarks[2]) / face.box.width })),
  );
  const matched: (Face | undefined)[] = noses.map(() => undefined);
  for (const { index, face } of pairs.sort((one, other) => one.distance - other.distance)) {
    if (matched[index] === undefined && !matched.includes(face)) matched[index] = face;
  }
  return matched;
}

/** Whether the point lies in the box, its border included. */
export function contains(box: Box, [x, y]: Point): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

function distance([x, y]: Point, [otherX, otherY]: Point): number {
  return Math.hypot(x - otherX, y - otherY);
}
