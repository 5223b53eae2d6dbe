import { describe, expect, it } from 'vitest';
import {
  averagingFilters,
  convFilters,
  depthwiseFilters,
  scaled,
  widened,
} from '../../../src/adapters/model-store/conversion/filters.ts';

describe('convFilters', () => {
  it('turns height, width, in, out into out, in, height, width', () => {
    // One row of two places, two inputs, three outputs: each number says place, input, output.
    const data = Float32Array.of(0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112);
    const filters = convFilters({ shape: [1, 2, 2, 3], data });
    expect([...filters.data]).toEqual([0, 100, 10, 110, 1, 101, 11, 111, 2, 102, 12, 112]);
    expect(filters).toMatchObject({ outputs: 3, inputs: 2, kernel: [1, 2], depthwise: false });
    expect([...filters.bias]).toEqual([0, 0, 0]);
  });

  it('refuses constants that are no filters', () => {
    expect(() => convFilters({ shape: [2, 2], data: new Float32Array(4) })).toThrow('four dimensions');
  });
});

describe('depthwiseFilters', () => {
  it('gives each channel its own plane', () => {
    const filters = depthwiseFilters({ shape: [2, 1, 2, 1], data: Float32Array.of(1, 10, 2, 20) });
    expect([...filters.data]).toEqual([1, 2, 10, 20]);
    expect(filters).toMatchObject({ outputs: 2, inputs: 1, depthwise: true });
  });

  it('refuses several outputs an input', () => {
    expect(() => depthwiseFilters({ shape: [1, 1, 1, 2], data: new Float32Array(2) })).toThrow(
      'not supported',
    );
  });
});

describe('scaled', () => {
  it('multiplies filters and bias and then adds, per output', () => {
    const bias = { shape: [2], data: Float32Array.of(1, 2) };
    const filters = convFilters({ shape: [1, 1, 1, 2], data: Float32Array.of(3, 4) }, bias);
    const result = scaled(filters, [10, 100], [5, 6]);
    expect([...result.data]).toEqual([30, 400]);
    expect([...result.bias]).toEqual([15, 206]);
  });
});

describe('widened', () => {
  it('puts zero inputs and outputs behind', () => {
    const bias = { shape: [1], data: Float32Array.of(9) };
    const filters = convFilters({ shape: [1, 2, 1, 1], data: Float32Array.of(1, 2) }, bias);
    const wide = widened(filters, 2, 2);
    expect([...wide.data]).toEqual([1, 2, 0, 0, 0, 0, 0, 0]);
    expect([...wide.bias]).toEqual([9, 0]);
  });

  it('gives a depthwise convolution more channels, each still on its own', () => {
    const filters = depthwiseFilters({ shape: [1, 1, 1, 1], data: Float32Array.of(7) });
    expect(widened(filters, 3, 3)).toMatchObject({ outputs: 3, inputs: 1, data: Float32Array.of(7, 0, 0) });
  });

  it('leaves filters alone that fit', () => {
    const filters = convFilters({ shape: [1, 1, 1, 1], data: Float32Array.of(7) });
    expect(widened(filters, 1, 1)).toBe(filters);
  });
});

describe('averagingFilters', () => {
  it('averages a window of its own channel, and gives zero behind the channels', () => {
    const filters = averagingFilters(2, 3, 2);
    expect(filters).toMatchObject({ outputs: 3, inputs: 2, kernel: [2, 2] });
    const quarter = [0.25, 0.25, 0.25, 0.25];
    const zeros = [0, 0, 0, 0];
    expect([...filters.data]).toEqual([quarter, zeros, zeros, quarter, zeros, zeros].flat());
  });
});
