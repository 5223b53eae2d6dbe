import { describe, expect, it } from 'vitest';
import { fiveOf68, type Point } from '../../../src/domain/geometry.ts';

describe('fiveOf68', () => {
  it('takes the middle of each eye, the nose tip and the mouth corners', () => {
    const landmarks = Array.from({ length: 68 }, (): Point => [0, 0]);
    const place = (first: number, points: readonly Point[]) =>
      landmarks.splice(first, points.length, ...points);
    place(36, [
      [10, 20],
      [12, 18],
      [14, 18],
      [16, 20],
      [14, 22],
      [12, 22],
    ]);
    place(42, [
      [30, 20],
      [32, 18],
      [34, 18],
      [36, 20],
      [34, 22],
      [32, 22],
    ]);
    place(30, [[23, 30]]);
    place(48, [[15, 41]]);
    place(54, [[32, 43]]);
    expect(fiveOf68(landmarks)).toEqual([
      [13, 20],
      [33, 20],
      [23, 30],
      [15, 41],
      [32, 43],
    ]);
  });
});
