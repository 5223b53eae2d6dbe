import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { mapPoint, type Point, type Similarity } from '../../../src/domain/geometry.ts';
import { fitSimilarity, invert } from '../../../src/pipeline/similarity-transform.ts';

const number = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.tuple(number, number);
const similarity = fc
  .record({
    turn: fc.double({ min: -3.14, max: 3.14, noNaN: true }),
    scale: fc.double({ min: 0.1, max: 9, noNaN: true }),
    tx: number,
    ty: number,
  })
  .map(
    ({ turn, scale, tx, ty }): Similarity => ({
      a: scale * Math.cos(turn),
      b: scale * Math.sin(turn),
      tx,
      ty,
    }),
  );
const face: readonly Point[] = [
  [30, 40],
  [70, 38],
  [51, 60],
  [50, 82],
];

it('finds the similarity that points were moved by, and its inverse moves them back', () => {
  fc.assert(
    fc.property(similarity, (by) => {
      const moved = face.map((one) => mapPoint(by, one));
      const fitted = fitSimilarity(face, moved);
      for (const part of ['a', 'b', 'tx', 'ty'] as const) expect(fitted[part]).toBeCloseTo(by[part], 6);
      const back = invert(fitted);
      for (const [i, one] of moved.entries()) {
        const [x, y] = mapPoint(back, one);
        expect(x).toBeCloseTo(face[i]![0], 6);
        expect(y).toBeCloseTo(face[i]![1], 6);
      }
    }),
  );
});

it('leaves a smaller sum of squares than any similarity near by', () => {
  const error = (by: Similarity, to: readonly Point[]): number =>
    face.reduce((sum, one, i) => {
      const [x, y] = mapPoint(by, one);
      return sum + (x - to[i]![0]) ** 2 + (y - to[i]![1]) ** 2;
    }, 0);
  const shift = fc.double({ min: -0.05, max: 0.05, noNaN: true });
  fc.assert(
    fc.property(
      fc.tuple(point, point, point, point),
      fc.tuple(shift, shift, shift, shift),
      (to, [a, b, tx, ty]) => {
        const best = fitSimilarity(face, to);
        const near = { a: best.a + a, b: best.b + b, tx: best.tx + tx, ty: best.ty + ty };
        expect(error(best, to)).toBeLessThanOrEqual(error(near, to) + 1e-6);
      },
    ),
  );
});

it('refuses points that coincide', () => {
  const same: Point[] = [
    [3, 4],
    [3, 4],
  ];
  expect(() => fitSimilarity(same, face.slice(0, 2))).toThrow(AppError);
});
