import type { Point } from '../domain/geometry.ts';
import type { Picture } from '../domain/picture.ts';

/** An upright rectangle by its middle and its halves. */
export type Patch = { readonly centre: Point; readonly halfWidth: number; readonly halfHeight: number };

/** A colour of the rectangle's edge is the mean of the pixels so far around it. */
const reach = 2;

/**
 * A copy of the picture in which the patch is filled with the colours of its edge, each the more the nearer: what was
 * there is gone, and no new edge is made. Sides beyond the picture are moved to its border.
 */
export function paintOver(picture: Picture, { centre: [x, y], halfWidth, halfHeight }: Patch): Picture {
  const left = within(x - halfWidth, picture.width);
  const right = within(x + halfWidth, picture.width);
  const top = within(y - halfHeight, picture.height);
  const bottom = within(y + halfHeight, picture.height);
  const data = Uint8Array.from(picture.data);
  for (let channel = 0; channel < 3; channel++) {
    const column = (at: number) =>
      Float64Array.from({ length: bottom - top + 1 }, (_, i) => meanAround(picture, [at, top + i], channel));
    const row = (at: number) =>
      Float64Array.from({ length: right - left + 1 }, (_, i) => meanAround(picture, [left + i, at], channel));
    const edges = { left: column(left), right: column(right), top: row(top), bottom: row(bottom) };
    for (let v = top; v <= bottom; v++) {
      for (let u = left; u <= right; u++) {
        const [toLeft, toRight] = [1 / (u - left + 1), 1 / (right - u + 1)];
        const [toTop, toBottom] = [1 / (v - top + 1), 1 / (bottom - v + 1)];
        const sum =
          edges.left[v - top]! * toLeft +
          edges.right[v - top]! * toRight +
          edges.top[u - left]! * toTop +
          edges.bottom[u - left]! * toBottom;
        data[(v * picture.width + u) * 3 + channel] = Math.round(sum / (toLeft + toRight + toTop + toBottom));
      }
    }
  }
  return { width: picture.width, height: picture.height, data };
}

function within(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.round(value)));
}

function meanAround({ data, width, height }: Picture, [x, y]: Point, channel: number): number {
  let sum = 0;
  let count = 0;
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
      sum += data[(v * width + u) * 3 + channel]!;
      count += 1;
    }
  }
  return sum / count;
}
