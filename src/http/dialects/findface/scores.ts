import { z } from 'zod';
import { anchoredScales, type OpenScale, openAnchoredScale } from '../../../domain/anchored-scale.ts';
import type { Recognition } from '../../../services/recognition.ts';
import { numberSchema } from './parameters.ts';

/** The confidences that names stand for; the scale says how often a stranger reaches each. */
const levels = { strict: 0.85, medium: 0.7, low: 0.65 } as const;
const names = ['strict', 'medium', 'low', 'none'] as const;
const defaultThreshold = 0.75;

/** The least confidence; `none` is no threshold. */
export type WireThreshold = number | 'none';

const error = 'must be strict, medium, low, none or a number from 0 to 1';

export const thresholdSchema = z
  .union(
    [
      z
        .string()
        .trim()
        .toLowerCase()
        .pipe(z.enum(names))
        .transform((name): WireThreshold => (name === 'none' ? name : levels[name])),
      numberSchema(0, 1, error),
    ],
    { error },
  )
  .meta({ anyOf: [{ enum: [...names] }, { type: 'number', minimum: 0, maximum: 1 }] })
  .default(defaultThreshold);

/** Confidences of the embedding model that runs now. */
export function openScale(recognition: Recognition): OpenScale {
  return openAnchoredScale(anchoredScales.findface, recognition.scores());
}
