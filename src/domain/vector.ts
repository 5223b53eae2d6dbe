import { AppError } from './errors.ts';

/** The cosine of two unit vectors of one length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

/** The same direction at length 1. `bad-input` when it has no direction. */
export function unitVector(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  if (!Number.isFinite(length) || length === 0) {
    throw new AppError('bad-input', 'An embedding needs finite numbers that are not all 0');
  }
  return Float32Array.from(values, (value) => value / length);
}
