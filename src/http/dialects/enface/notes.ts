import { z } from 'zod';
import { cameraFeatures, defaultCameraId, defaultGroupId } from '../../../domain/camera.ts';
import type { Pose } from '../../../domain/face.ts';
import type { Metadata } from '../../../domain/gallery.ts';
import type { WireFeature } from './wire.ts';

/** What this API knows of a person beyond the gallery; it is kept beside the first of her faces in a list. */
export type PersonNotes = {
  readonly fields: readonly string[];
  readonly features: readonly WireFeature[];
  readonly groupId: string;
  readonly sourceId: string;
  readonly status: 'init' | 'replaced';
  readonly pose?: Pose | undefined;
  readonly updatedAtMs?: number | undefined;
};

const key = 'enface';

const notesSchema = z.object({
  fields: z.array(z.string()),
  features: z.array(
    z.object({
      name: z.enum(cameraFeatures),
      version: z.number(),
      result: z.union([z.string(), z.number()]),
      confidence: z.string(),
      spent: z.number(),
    }),
  ),
  groupId: z.string(),
  sourceId: z.string(),
  status: z.enum(['init', 'replaced']),
  pose: z.object({ yaw: z.number(), pitch: z.number(), roll: z.number() }).optional(),
  updatedAtMs: z.number().optional(),
});

/** Of whom came by another API. */
const noNotes: PersonNotes = {
  fields: [],
  features: [],
  groupId: defaultGroupId,
  sourceId: defaultCameraId,
  status: 'init',
};

/** The metadata with these notes in the place of earlier ones. */
export function withNotes(metadata: Metadata, notes: PersonNotes): Metadata {
  return { ...metadata, [key]: JSON.stringify(notes) };
}

/** Other APIs may write what they like under the name. */
export function notesIn(metadata: Metadata): PersonNotes {
  try {
    return notesSchema.parse(JSON.parse(metadata[key] ?? 'null'));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return noNotes;
    throw error;
  }
}
