import { type Box, boxArea, boxOverlap } from '../domain/geometry.ts';
import type { Detection } from './detection.ts';

/** No picture is answered with more faces: each of them costs time and memory. */
export const mostFaces = 500;

/** A detection with whether a tile's inner border cuts through its box. */
export type TiledDetection = Detection & { readonly isClipped: boolean };

/**
 * One detection a face: of boxes that overlap by more than `maxOverlap` the best stays, whole ones before clipped
 * ones, then the higher score. A clipped box goes also when most of it lies within a box that stays. The best `mostFaces`.
 */
export function mergeDetections(found: readonly TiledDetection[], maxOverlap: number): TiledDetection[] {
  const best = [...found].sort((a, b) => Number(a.isClipped) - Number(b.isClipped) || b.score - a.score);
  const kept: TiledDetection[] = [];
  for (const candidate of best) {
    if (kept.length === mostFaces) break;
    const isSeen = kept.some(
      ({ box }) =>
        boxOverlap(box, candidate.box) > maxOverlap ||
        (candidate.isClipped && shareWithin(candidate.box, box) > 0.5),
    );
    if (!isSeen) kept.push(candidate);
  }
  return kept;
}

/** The share of `inner` that lies within `outer`. */
function shareWithin(inner: Box, outer: Box): number {
  const width = Math.min(inner.x + inner.width, outer.x + outer.width) - Math.max(inner.x, outer.x);
  const height = Math.min(inner.y + inner.height, outer.y + outer.height) - Math.max(inner.y, outer.y);
  return width <= 0 || height <= 0 ? 0 : (width * height) / boxArea(inner);
}
