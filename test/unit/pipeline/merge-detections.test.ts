import { describe, expect, it } from 'vitest';
import type { Landmarks5 } from '../../../src/domain/geometry.ts';
import { mergeDetections, mostFaces, type TiledDetection } from '../../../src/pipeline/merge-detections.ts';

const points = Array.from({ length: 5 }, () => [0, 0]) as unknown as Landmarks5;

function seen(x: number, score: number, isClipped = false, width = 10): TiledDetection {
  return { box: { x, y: 0, width, height: 10 }, score, landmarks: points, isClipped };
}

describe('the detections of a picture and its tiles', () => {
  it('are one for each face, the best of those that overlap', () => {
    const merged = mergeDetections([seen(0, 0.6), seen(1, 0.9), seen(40, 0.7)], 0.3);
    expect(merged.map(({ box, score }) => [box.x, score])).toEqual([
      [1, 0.9],
      [40, 0.7],
    ]);
  });

  it('are whole ones where a clipped one lies within, however good that looks', () => {
    const merged = mergeDetections([seen(0, 0.99, true, 4), seen(0, 0.6)], 0.5);
    expect(merged.map(({ score }) => score)).toEqual([0.6]);
  });

  it('keep a clipped one that no whole one covers', () => {
    expect(mergeDetections([seen(0, 0.8, true), seen(100, 0.6)], 0.3)).toHaveLength(2);
  });

  it('are never more than a picture may have, and then the best', () => {
    const crowd = Array.from({ length: mostFaces + 100 }, (_, i) => seen(20 * i, (i + 1) / 1000));
    const merged = mergeDetections(crowd, 0.3);
    expect(merged).toHaveLength(mostFaces);
    expect(Math.min(...merged.map(({ score }) => score))).toBeCloseTo(0.101, 6);
  });
});
