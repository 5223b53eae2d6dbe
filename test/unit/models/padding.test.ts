import { describe, expect, it } from 'vitest';
import {
  noPadding,
  samePadding,
  windowOutputs,
} from '../../../src/adapters/model-store/conversion/padding.ts';

describe('samePadding', () => {
  it.each([
    { size: 256, kernel: 5, stride: 2, before: 1, after: 2 },
    { size: 112, kernel: 3, stride: 2, before: 0, after: 1 },
    { size: 7, kernel: 3, stride: 1, before: 1, after: 1 },
    { size: 7, kernel: 3, stride: 2, before: 1, after: 1 },
    { size: 8, kernel: 2, stride: 2, before: 0, after: 0 },
    { size: 8, kernel: 1, stride: 2, before: 0, after: 0 },
    { size: 2, kernel: 7, stride: 1, before: 3, after: 3 },
  ])('puts $before before and $after after $size places for a window of $kernel every $stride', (row) => {
    expect(samePadding(row.size, row.kernel, row.stride)).toEqual({ before: row.before, after: row.after });
  });

  it('gives ceil(size / stride) outputs at every size', () => {
    for (let size = 1; size <= 40; size++) {
      for (const kernel of [1, 2, 3, 5, 7]) {
        for (const stride of [1, 2, 3]) {
          const padding = samePadding(size, kernel, stride);
          expect(windowOutputs(size, padding, { kernel, stride })).toBe(Math.ceil(size / stride));
        }
      }
    }
  });
});

describe('windowOutputs', () => {
  it('counts whole windows only', () => {
    expect(windowOutputs(150, noPadding, { kernel: 7, stride: 2 })).toBe(72);
    expect(windowOutputs(8, noPadding, { kernel: 3, stride: 2 })).toBe(3);
  });
});
