import type { Box } from '../domain/geometry.ts';

/** A tile's side as a share of the frame's shorter side: a face of a thirtieth of that is then large enough. */
const tileShare = 2 / 3;
/** The least share of a tile's side that it has in common with the next one: a face smaller than it is whole in one. */
const leastOverlap = 0.15;
/** How much larger a face must be in a tile's input than in the whole frame's. */
const leastGain = 1.4;

/**
 * Overlapping squares that cover the frame, evenly placed, each with the pixels of a network's input of `inputSide` at
 * least; none for a frame of which no such square is a part, or that shows hardly less as a whole.
 */
export function cutTiles(width: number, height: number, inputSide: number): Box[] {
  const side = Math.max(Math.min(width, height) * tileShare, inputSide);
  if (side >= Math.min(width, height) || side * leastGain > Math.max(width, height)) return [];
  const rows = placeAlong(height, side);
  return placeAlong(width, side).flatMap((x) => rows.map((y) => ({ x, y, width: side, height: side })));
}

function placeAlong(length: number, side: number): number[] {
  const count = Math.ceil((length - side) / (side * (1 - leastOverlap))) + 1;
  return Array.from({ length: count }, (_, index) => ((length - side) * index) / (count - 1));
}
