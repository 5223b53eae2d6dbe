import type { Box } from '../domain/geometry.ts';

/** A tile's side as a share of the frame's shorter side: a face of a thirtieth of that is then large enough. */
const tileShare = 2 / 3;
/** The least share of a tile's side that it has in common with the next one: a face smaller than it is whole in one. */
const leastOverlap = 0.15;

/**
 * Overlapping squares that cover the frame, evenly placed; none when a tile has fewer pixels than a network's input of
 * `inputSide`, for then it would show nothing more than the whole frame does.
 */
export function cutTiles(width: number, height: number, inputSide: number): Box[] {
  const side = Math.min(width, height) * tileShare;
  if (side < inputSide) return [];
  const rows = placeAlong(height, side);
  return placeAlong(width, side).flatMap((x) => rows.map((y) => ({ x, y, width: side, height: side })));
}

function placeAlong(length: number, side: number): number[] {
  const count = Math.ceil((length - side) / (side * (1 - leastOverlap))) + 1;
  return Array.from({ length: count }, (_, index) => ((length - side) * index) / (count - 1));
}
