import { ScanIndex } from '../../../../../native/faiss/scan-index.ts';
import { cosine } from '../../../../domain/vector.ts';

/** The index takes no shorter vectors; zeros behind them change no score. */
const leastDimensions = 64;

const encoders = new Map<number, ScanIndex>();

/** Those of the index for templates of so many. */
export function indexDimensions(dimensions: number): number {
  return Math.max(leastDimensions, dimensions);
}

/** What the index keeps of a template. Depends on nothing but the template. */
export function codeOf(template: Float32Array): Uint8Array {
  return encoderFor(template.length).encodeNow(probeVectors([template]));
}

/** Templates of one length as the index wants them: in one piece, and of exact length. */
export function probeVectors(templates: readonly Float32Array[]): Float32Array {
  const dimensions = indexDimensions(templates[0]?.length ?? 0);
  const all = new Float32Array(templates.length * dimensions);
  for (const [at, template] of templates.entries()) toUnit(template, all.subarray(at * dimensions));
  return all;
}

/** Writes the template at length 1; float32 ones may be a little off. */
export function toUnit(template: Float32Array, unit: Float32Array): void {
  const scale = 1 / Math.sqrt(cosine(template, template));
  for (let i = 0; i < template.length; i++) unit[i] = template[i]! * scale;
}

/** An index without rows. */
function encoderFor(dimensions: number): ScanIndex {
  const known = encoders.get(dimensions);
  if (known) return known;
  const encoder = new ScanIndex({ dimensions: indexDimensions(dimensions), originals: 'none' });
  encoders.set(dimensions, encoder);
  return encoder;
}
