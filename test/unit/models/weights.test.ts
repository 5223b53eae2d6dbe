import { describe, expect, it } from 'vitest';
import {
  dequantise,
  readWeights,
  weightOf,
  weightsManifestSchema,
} from '../../../src/adapters/model-store/conversion/weights.ts';

describe('dequantise', () => {
  it('makes value · scale + min of bytes, rounded to float32', () => {
    const numbers = dequantise(Uint8Array.of(0, 1, 255), { dtype: 'uint8', scale: 0.1, min: -3 });
    expect([...numbers]).toEqual([-3, 0.1 - 3, 255 * 0.1 - 3].map(Math.fround));
  });

  it('makes value · scale + min of words', () => {
    const stored = new Uint8Array(Uint16Array.of(0, 65535).buffer);
    const numbers = dequantise(stored, { dtype: 'uint16', scale: 2, min: 1 });
    expect([...numbers]).toEqual([1, 131071]);
  });

  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('reads the half-precision number 0x%s as %s', (bits, number) => {
    const stored = new Uint8Array(Uint16Array.of(bits).buffer);
    expect(dequantise(stored, { dtype: 'float16' })[0]).toBe(number);
  });
});

describe('readWeights', () => {
  const manifest = weightsManifestSchema.parse([
    {
      paths: ['net.bin'],
      weights: [
        { name: 'odd', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } },
        { name: 'plain', shape: [1, 2], dtype: 'float32' },
        { name: 'whole', shape: [], dtype: 'int32' },
      ],
    },
  ]);
  const bytes = Buffer.concat([
    Buffer.from([7, 8, 9]),
    Buffer.from(Float32Array.of(1.5, -2).buffer),
    Buffer.from(Int32Array.of(-5).buffer),
  ]);

  it('cuts the bytes in the order of the manifest, whatever their alignment', () => {
    const weights = readWeights(manifest, bytes);
    expect([...weights.keys()]).toEqual(['odd', 'plain', 'whole']);
    expect(weightOf(weights, 'odd')).toEqual({ shape: [3], data: Float32Array.of(7, 8, 9) });
    expect(weightOf(weights, 'plain')).toEqual({ shape: [1, 2], data: Float32Array.of(1.5, -2) });
    expect(weightOf(weights, 'whole')).toEqual({ shape: [], data: Int32Array.of(-5) });
  });

  it('refuses a file that is too short or too long', () => {
    expect(() => readWeights(manifest, bytes.subarray(0, -1))).toThrow('whole reaches beyond the end');
    expect(() => readWeights(manifest, Buffer.concat([bytes, Buffer.alloc(2)]))).toThrow(
      '2 bytes are left over',
    );
  });

  it('names a weight that is not there', () => {
    expect(() => weightOf(readWeights(manifest, bytes), 'fc')).toThrow('fc is missing');
  });
});
