import { z } from 'zod';

/** A constant of a network as its source stores it: row-major, filters as height, width, in, out. */
export type Weight = { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array };
export type Weights = ReadonlyMap<string, Weight>;

const quantizationSchema = z.discriminatedUnion('dtype', [
  z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('uint16'), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);
export type Quantization = z.infer<typeof quantizationSchema>;

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(['float32', 'int32']),
  quantization: quantizationSchema.optional(),
});

/** The list of weights that TensorFlow.js writes beside its binary files; face-api and graph models share it. */
export const weightsManifestSchema = z.array(
  z.object({ paths: z.array(z.string()).min(1), weights: z.array(weightSchema) }),
);
export type WeightsManifest = z.infer<typeof weightsManifestSchema>;

/** Reads all weights of a manifest from its files' bytes, joined in the manifest's order. */
export function readWeights(manifest: WeightsManifest, bytes: Uint8Array): Weights {
  const weights = new Map<string, Weight>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of manifest.flatMap((group) => group.weights)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const length = count * bytesPerValue(quantization);
    if (offset + length > bytes.length) throw new Error(`Weight ${name} reaches beyond the end of its file`);
    const stored = new Uint8Array(bytes.subarray(offset, offset + length));
    offset += length;
    weights.set(name, {
      shape,
      data: quantization ? dequantise(stored, quantization) : plain(stored, dtype),
    });
  }
  if (offset !== bytes.length)
    throw new Error(`${bytes.length - offset} bytes are left over after the last weight`);
  return weights;
}

/** The float32 values that TensorFlow.js computes with: value · scale + min, or the half-precision number itself. */
export function dequantise(stored: Uint8Array, quantization: Quantization): Float32Array {
  if (quantization.dtype === 'uint8') {
    return Float32Array.from(stored, (value) => value * quantization.scale + quantization.min);
  }
  const words = new Uint16Array(stored.buffer, stored.byteOffset, stored.byteLength / 2);
  if (quantization.dtype === 'float16') return Float32Array.from(words, halfToNumber);
  return Float32Array.from(words, (value) => value * quantization.scale + quantization.min);
}

function plain(stored: Uint8Array, dtype: 'float32' | 'int32'): Float32Array | Int32Array {
  const count = stored.byteLength / 4;
  return dtype === 'float32'
    ? new Float32Array(stored.buffer, stored.byteOffset, count)
    : new Int32Array(stored.buffer, stored.byteOffset, count);
}

function bytesPerValue(quantization: Quantization | undefined): number {
  if (!quantization) return 4;
  return quantization.dtype === 'uint8' ? 1 : 2;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Throws, naming the weight, when it is not there. */
export function weightOf(weights: Weights, name: string): Weight {
  const weight = weights.get(name);
  if (!weight) throw new Error(`The weight ${name} is missing`);
  return weight;
}
