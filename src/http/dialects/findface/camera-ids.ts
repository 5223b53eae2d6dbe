import { z } from 'zod';
import type { Uuid } from '../../../domain/gallery.ts';

/** A UUID, with or without its hyphens. */
export const cameraIdSchema = z
  .string({ error: 'must be a UUID' })
  .transform((text) => toUuid(text))
  .pipe(z.string({ error: 'must be a UUID' }))
  .meta({ format: 'uuid' });

/** `undefined` for what is no UUID. */
export function toUuid(text: string): Uuid | undefined {
  const digits = text.trim().toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
