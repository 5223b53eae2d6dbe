import { z } from 'zod';
import { base64Picture } from '../../openapi/description.ts';

/**
 * What stands on CompreFace's wire: the schemas that check its queries and bodies, and the shapes of its answers.
 * Queries are strings; their schemas turn them into what they mean, as Spring does for the original server.
 */

const maxInt = 2 ** 31 - 1;

const integer = z
  .string()
  .regex(/^\s*[+-]?\d{1,10}\s*$/)
  .transform(Number)
  .refine((value) => Math.abs(value) <= maxInt)
  .meta({ type: 'integer', minimum: -maxInt, maximum: maxInt });

const decimal = z
  .string()
  .regex(/^\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]?Infinity)\s*$/)
  .transform(Number)
  .meta({ type: 'number' });

const truths = new Map([
  ...['true', 'on', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0'].map((word) => [word, false] as const),
]);

const flag = z
  .string()
  .transform((word) => word.trim().toLowerCase())
  .refine((word) => truths.has(word))
  .transform((word) => truths.get(word) === true)
  .meta({ type: 'boolean' });

/** What a client may ask to be told of each face; the slugs of networks that nobody has are passed over. */
export const pluginSlugs = ['age', 'gender', 'landmarks', 'calculator', 'mask', 'pose'] as const;
export type PluginSlug = (typeof pluginSlugs)[number];

const plugins = z
  .string()
  .transform((list): ReadonlySet<PluginSlug> => {
    const asked = new Set(list.split(',').map((slug) => slug.trim()));
    return new Set(pluginSlugs.filter((slug) => asked.has(slug)));
  })
  .meta({ description: `Comma-separated: ${pluginSlugs.join(', ')}` });

const limit = integer
  .pipe(z.number().min(0, 'Limit should be equal or greater than 0'))
  .meta({ minimum: 0, description: 'The largest faces only; 0 is all' });
/** More subjects of a face are told to nobody: each is read from the store. */
const mostPredictions = 1_000;
const predictionCount = integer
  .pipe(z.number().min(1, 'prediction_count should be equal or greater than 1'))
  .transform((count) => Math.min(count, mostPredictions))
  .meta({ minimum: 1, description: `More than ${mostPredictions} counts as ${mostPredictions}` });

/** How the faces of a picture are looked for and described. */
export const pictureQuery = z.object({
  limit: limit.default(0),
  /** Outside of 0 to 1 no face is found; that is said when there is a picture to find none in. */
  det_prob_threshold: decimal.meta({ minimum: 0, maximum: 1 }).optional(),
  face_plugins: plugins.default(new Set()),
  status: flag.default(false),
  /** Undocumented: `false` takes the picture as a face that is cut out already. */
  detect_faces: flag.default(true),
});
export type PictureQuery = z.output<typeof pictureQuery>;

const similarityRange = 'similarity_threshold should be between 0 and 1';
const searchFields = {
  prediction_count: predictionCount.default(1),
  /** Ours: each subject once, by its best example. */
  distinct_subjects: flag.default(false),
  /** Ours: leaves out what is less similar. */
  similarity_threshold: decimal
    .pipe(z.number().min(0, similarityRange).max(1, similarityRange))
    .meta({ minimum: 0, maximum: 1 })
    .optional(),
};
export const searchQuery = z.object(searchFields);
export type SearchQuery = z.output<typeof searchQuery>;
export const recognizeQuery = pictureQuery.extend(searchFields);

export const addFaceQuery = pictureQuery
  .pick({ det_prob_threshold: true, detect_faces: true })
  .extend({ subject: z.string().optional() });

const maxPageSize = 2000;
const usualPageSize = 20;

export const listFacesQuery = z.object({
  page: integer.transform((page) => Math.max(page, 0)).default(0),
  size: integer
    .transform((size) => (size < 1 ? usualPageSize : Math.min(size, maxPageSize)))
    .default(usualPageSize),
  subject: z.string().optional(),
});

export const deleteFacesQuery = z.object({ subject: z.string().optional() });

/** All options of all endpoints. */
export const parameterNames = [...Object.keys(recognizeQuery.shape), ...Object.keys(listFacesQuery.shape)];

export const subjectBody = z.object({ subject: z.string().nullish() });
/** Lists are long: an array of zod's own would tell each wrong one of hundreds of thousands. */
export const imageIdsBody = z
  .custom<readonly string[]>((value) => Array.isArray(value) && value.every((id) => typeof id === 'string'))
  .meta({ type: 'array', items: { type: 'string', format: 'uuid' } });
export const fileBody = z.object({ file: base64Picture });
export const twoFilesBody = z.object({ source_image: base64Picture, target_image: base64Picture });
/** Each is searched for, and all that is found is looked up in one go before it goes out. */
const maxVectors = 512;
const isVector = (value: unknown) => Array.isArray(value) && value.every(Number.isFinite);
const vectorForm = { type: 'array', items: { type: 'number' }, description: 'As the calculator tells it' };
const vector = z.custom<readonly number[]>(isVector).meta(vectorForm);
const vectors = z
  .custom<readonly (readonly number[])[]>(
    (value) => Array.isArray(value) && value.length <= maxVectors && value.every(isVector),
  )
  .meta({ type: 'array', items: vectorForm, maxItems: maxVectors });
export const embeddingsBody = z.object({ embeddings: vectors });
export const sourceAndTargetsBody = z.object({ source: vector, targets: vectors });

/** Corners in whole pixels of the upright picture. */
export type WireBox = {
  readonly probability: number;
  readonly x_max: number;
  readonly y_max: number;
  readonly x_min: number;
  readonly y_min: number;
};

/** A face; what was not asked for, or has no network here, is not there. */
export type WireFace = {
  readonly age?: { readonly probability: number; readonly high: number; readonly low: number };
  readonly gender?: { readonly probability: number; readonly value: 'male' | 'female' };
  readonly pose?: { readonly pitch: number; readonly roll: number; readonly yaw: number };
  readonly mask?: { readonly probability: number; readonly value: 'with_mask' | 'without_mask' };
  readonly embedding?: readonly number[];
  readonly box: WireBox;
  /** Left eye, right eye, nose, left and right mouth corner. */
  readonly landmarks?: readonly (readonly [x: number, y: number])[];
  readonly execution_time?: Readonly<Record<string, number>>;
};

export type WireSubject = {
  readonly subject: string;
  readonly similarity: number;
  readonly image_id: string;
};
export type WireExample = { readonly image_id: string; readonly subject: string };
