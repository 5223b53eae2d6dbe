import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/domain/geometry.ts';
import { mergeDetections, mostFaces, type TiledDetection } from '../../../src/pipeline/merge-detections.ts';
import { cutTiles } from '../../../src/pipeline/tiles.ts';

describe('tiles', () => {
  it('are six for a frame of 16:9', () => {
    expect(cutTiles(1280, 720, 256).map(({ x, y, width }) => [x, y, width])).toEqual([
      [0, 0, 480],
      [0, 240, 480],
      [400, 0, 480],
      [400, 240, 480],
      [800, 0, 480],
      [800, 240, 480],
    ]);
  });

  it('have as many pixels as the network takes, where two thirds of the frame are fewer', () => {
    const tiles = cutTiles(1280, 720, 640);
    expect(tiles.map(({ x, y, width }) => [x, y, width])).toEqual([
      [0, 0, 640],
      [0, 80, 640],
      [320, 0, 640],
      [320, 80, 640],
      [640, 0, 640],
      [640, 80, 640],
    ]);
  });

  it('are none where the frame has hardly more pixels than the network takes', () => {
    expect(cutTiles(350, 350, 256)).toEqual([]);
    expect(cutTiles(640, 480, 640)).toEqual([]);
  });

  it('hold every face of up to a tenth of their side whole, wherever it is', () => {
    const side = fc.integer({ min: 400, max: 3000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(side, side, share, share, (width, height, right, down) => {
        const tiles = cutTiles(width, height, 256);
        const size = tiles[0]!.width * 0.1;
        const face = { x: right * (width - size), y: down * (height - size), width: size, height: size };
        expect(tiles.some((tile) => holds(tile, face))).toBe(true);
      }),
    );
  });
});

function holds(outer: Box, inner: Box): boolean {
  const rounding = 1e-6;
  return (
    inner.x >= outer.x - rounding &&
    inner.y >= outer.y - rounding &&
    inner.x + inner.width <= outer.x + outer.width + rounding &&
    inner.y + inner.height <= outer.y + outer.height + rounding
  );
}

describe('merging', () => {
  const seen = (x: number, width: number, score: number, isClipped = false): TiledDetection => ({
    box: { x, y: 0, width, height: 100 },
    score,
    isClipped,
    landmarks: [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 2],
      [1, 2],
    ],
  });
  const merge = (...found: TiledDetection[]): TiledDetection[] => mergeDetections(found, 0.3);

  it('keeps the best of boxes that overlap and all that do not', () => {
    const [weak, best, apart] = [seen(0, 100, 0.7), seen(10, 100, 0.9), seen(150, 100, 0.6)];
    expect(merge(weak, best, apart)).toEqual([best, apart]);
  });

  it('prefers a whole box to a clipped one of a higher score', () => {
    const [whole, clipped] = [seen(0, 100, 0.6), seen(0, 60, 0.95, true)];
    expect(merge(whole, clipped)).toEqual([whole]);
  });

  it('drops a clipped box that lies within a whole one, though they overlap little', () => {
    const [whole, sliver] = [seen(0, 100, 0.6), seen(80, 20, 0.95, true)];
    expect(merge(whole, sliver)).toEqual([whole]);
    expect(merge(whole, { ...sliver, isClipped: false })).toHaveLength(2);
  });

  it('keeps no more than a picture may have, and then the best', () => {
    const crowd = Array.from({ length: mostFaces + 100 }, (_, i) => seen(200 * i, 100, (i + 1) / 1000));
    const kept = merge(...crowd);
    expect(kept).toHaveLength(mostFaces);
    expect(Math.min(...kept.map(({ score }) => score))).toBeCloseTo(0.101, 6);
  });

  it('keeps a clipped box that nothing else shows', () => {
    const clipped = seen(0, 60, 0.8, true);
    expect(merge(clipped)).toEqual([clipped]);
  });
});
