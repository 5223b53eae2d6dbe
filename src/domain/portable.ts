import { z } from 'zod';
import { personStatuses } from './gallery.ts';

/** The portable form of a gallery: what each line of its lists says. docs/export.md tells the same for people. */

export const portableLists = ['collections', 'persons', 'faces'] as const;
/** Each is a file of JSON lines. */
export type PortableList = (typeof portableLists)[number];

const version = 1;
const instant = z.iso.datetime().transform((text) => Date.parse(text));
const slug = z.string().regex(/^[\w-]{1,48}$/);
const key = z.string().min(1);
const metadata = z.record(z.string(), z.string()).default({});
const number = z.number();
const point = z.tuple([number, number]).readonly();
const landmarks = z.tuple([point, point, point, point, point]).readonly();
/** Only below the folder, and only where an export puts them. */
const picturePath = z.string().regex(/^(crops|pictures)\/[0-9a-f]{2}\/[0-9a-f-]{36}\.[a-z]{3,4}$/);

/** Written last: without it an export is not whole. */
export const manifestSchema = z.object({
  format: z.literal('ostiary export'),
  version: z.literal(version),
  createdAt: z.string(),
  counts: z.object({ collections: z.int(), persons: z.int(), faces: z.int() }),
});
export type Manifest = z.infer<typeof manifestSchema>;

export function newManifest(counts: Manifest['counts'], nowMs: number): Manifest {
  return { format: 'ostiary export', version, createdAt: new Date(nowMs).toISOString(), counts };
}

export const portableCollectionSchema = z.object({ slug, name: z.string(), metadata });

export const portablePersonSchema = z.object({
  name: z.string(),
  metadata,
  status: z.enum(personStatuses),
  validFrom: instant.optional(),
  validUntil: instant.optional(),
  /** Her key in each collection. */
  places: z.array(z.object({ collection: slug, key })).min(1),
});

export const portableFaceSchema = z.object({
  template: z.object({ modelId: z.string().min(1).max(255), vector: z.base64() }),
  crop: z.object({ file: picturePath, landmarks }).optional(),
  picture: picturePath.optional(),
  box: z.object({ x: number, y: number, width: number, height: number }),
  landmarks,
  detectorScore: number,
  quality: z.object({
    overall: number,
    size: number,
    sharpness: number,
    exposure: number,
    pose: number,
    detector: number,
  }),
  /** Each has one reference of the face; text and metadata are its own. */
  places: z.array(z.object({ collection: slug, key, text: z.string().default(''), metadata })).min(1),
});

export type PortableCollection = z.input<typeof portableCollectionSchema>;
export type PortablePerson = z.input<typeof portablePersonSchema>;
export type PortableFace = z.input<typeof portableFaceSchema>;
