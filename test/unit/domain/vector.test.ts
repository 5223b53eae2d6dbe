import { describe, expect, it } from 'vitest';
import { unitVector } from '../../../src/domain/vector.ts';

describe('unitVector', () => {
  it.each([1, 1e-300, 1e300])('has the direction of numbers as large as %d', (scale) => {
    const [x, y] = unitVector([3 * scale, -4 * scale]);
    expect(x).toBeCloseTo(0.6, 6);
    expect(y).toBeCloseTo(-0.8, 6);
  });

  it('takes as many numbers as there are', () => {
    expect(unitVector(Array(300_000).fill(1))[0]).toBeCloseTo(1 / Math.sqrt(300_000), 6);
  });

  it.each([[[0, 0]], [[1, Number.NaN]], [[1, Number.POSITIVE_INFINITY]], [[]]])('refuses %j', (values) => {
    expect(() => unitVector(values)).toThrow('finite numbers');
  });
});
