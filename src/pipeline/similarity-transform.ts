import { AppError } from '../domain/errors.ts';
import type { Box, Point, Similarity } from '../domain/geometry.ts';

/**
 * The similarity that brings `from` closest to `to` (least squares over all points, Umeyama without reflection). With
 * points as complex numbers around their means it is Σ conj(p)·q / Σ |p|². `bad-input` when all of `from` coincide.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fromX, fromY] = centroid(from);
  const [toX, toY] = centroid(to);
  let real = 0;
  let imaginary = 0;
  let spread = 0;
  for (const [i, [x, y]] of from.entries()) {
    const px = x - fromX;
    const py = y - fromY;
    const qx = to[i]![0] - toX;
    const qy = to[i]![1] - toY;
    real += px * qx + py * qy;
    imaginary += px * qy - py * qx;
    spread += px * px + py * py;
  }
  if (!(spread > 0) || !(real !== 0 || imaginary !== 0)) {
    throw new AppError('bad-input', 'The landmarks of a face coincide or are no numbers');
  }
  const a = real / spread;
  const b = imaginary / spread;
  return { a, b, tx: toX - a * fromX + b * fromY, ty: toY - b * fromX - a * fromY };
}

function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

/** The way back. */
export function invert({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b;
  const inverseA = a / square;
  const inverseB = -b / square;
  return {
    a: inverseA,
    b: inverseB,
    tx: -(inverseA * tx - inverseB * ty),
    ty: -(inverseB * tx + inverseA * ty),
  };
}

/** Maps a square of `size` pixels onto the axis-parallel square of `side` round `centre`. */
export function ontoSquare(size: number, centre: Point, side: number): Similarity {
  return { a: side / size, b: 0, tx: centre[0] - side / 2, ty: centre[1] - side / 2 };
}

export function boxCentre(box: Box): Point {
  return [box.x + box.width / 2, box.y + box.height / 2];
}

export function longerSide(box: Box): number {
  return Math.max(box.width, box.height);
}
