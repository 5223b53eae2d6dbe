import { AppError } from './errors.ts';

/** The cosine of two unit vectors of one length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

/** The same direction at length 1. `bad-input` when it has no direction. */
export function unitVector(values: readonly number[]): Float32Array {
  const length = lengthOf(values);
  if (!Number.isFinite(length) || length === 0) {
    throw new AppError('bad-input', 'An embedding needs finite numbers that are not all 0');
  }
  const unit = new Float32Array(values.length);
  for (let at = 0; at < unit.length; at++) unit[at] = values[at]! / length;
  return unit;
}

/** Of numbers as large as they come: scaled by the largest, no square overflows. */
function lengthOf(values: readonly number[]): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 0;
  let sum = 0;
  for (const value of values) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}
