import type { Box } from '../domain/geometry.ts';

/** The least share of a tile's side that it has in common with the next one: a face smaller than it is whole in one. */
const leastOverlap = 0.2;
/** Below this ratio of the sides a tile is hardly smaller than the frame. */
const wideRatio = 1.3;

/** Whether cutting a frame into square tiles shows its faces noticeably larger. */
export function isWide(width: number, height: number): boolean {
  return Math.max(width, height) >= wideRatio * Math.min(width, height);
}

/** Overlapping squares of the shorter side that cover the frame along its longer side, evenly placed. */
export function cutTiles(width: number, height: number): Box[] {
  const side = Math.min(width, height);
  const rest = Math.max(width, height) - side;
  const count = Math.ceil(rest / (side * (1 - leastOverlap))) + 1;
  return Array.from({ length: count }, (_, index) => {
    const shift = count === 1 ? 0 : (rest * index) / (count - 1);
    const isUpright = height > width;
    return { x: isUpright ? 0 : shift, y: isUpright ? shift : 0, width: side, height: side };
  });
}
