import { z } from 'zod';

/**
 * The model catalogue (`models/catalogue.json`) as a schema: which networks exist, where they come from, under what
 * terms, and how their input is made. The file is data; nothing about a network is written anywhere else.
 */

/** What a network is used for; a profile names one network a role. */
export const roles = [
  'detector',
  'embedding',
  'landmarks68',
  'age-gender',
  'emotion',
  'face-mesh',
  'eye',
  'quality',
  'liveness',
  'mask',
] as const;
export type Role = (typeof roles)[number];

const triple = z.tuple([z.number(), z.number(), z.number()]);

/** A network's value for a pixel channel of 0 to 255 is (value − mean) · scale, channels in the order of `colour`. */
const inputSchema = z.strictObject({
  /** Pixels; for a detector of any size the long side that pictures are fitted into. */
  width: z.int().positive(),
  height: z.int().positive(),
  colour: z.enum(['RGB', 'BGR']),
  mean: triple,
  scale: triple,
});

/**
 * How a face is cut for a network. `points`: a similarity transform (Umeyama, no reflection) of eyes, nose and mouth
 * centre onto `template`, given on the unit square; pixel = (p + padding) / (1 + 2·padding) · size.
 * `box`: a square round the box's centre, its side the longer side of the box times `factor`, eyes levelled.
 * `eye`: a square round the middle of an eye's two corners, its side their distance times `factor`, the corners level.
 */
const alignmentSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('points'),
    template: z.strictObject({
      leftEye: z.tuple([z.number(), z.number()]),
      rightEye: z.tuple([z.number(), z.number()]),
      nose: z.tuple([z.number(), z.number()]),
      mouth: z.tuple([z.number(), z.number()]),
    }),
    padding: z.number().min(0),
  }),
  z.strictObject({ kind: z.literal('box'), factor: z.number().positive() }),
  z.strictObject({ kind: z.literal('eye'), factor: z.number().positive() }),
]);

/** One row of a score table: the share of impostor pairs that score at least this cosine. */
const scoreRowSchema = z.strictObject({
  fmr: z.number().positive().max(1),
  cosine: z.number().min(-1).max(1),
  /** True below the lowest rate that the data can show. */
  extrapolated: z.boolean(),
});

/** Cosine ↔ FMR of one embedding model (DESIGN §5), strictest row last. */
export const scoreTableSchema = z.strictObject({
  rows: z.array(scoreRowSchema).min(2),
  people: z.int().nonnegative(),
  faces: z.int().nonnegative(),
  genuinePairs: z.int().nonnegative(),
  impostorPairs: z.int().nonnegative(),
  /** The lowest false-match rate that the impostor pairs can show (rule of three: 3 / pairs). */
  lowestShownFmr: z.number().positive(),
  /** What the pictures were, for people to read. */
  data: z.string(),
});
export type ScoreTable = z.infer<typeof scoreTableSchema>;

const sourceSchema = z.discriminatedUnion('kind', [
  /** Converted from an npm package's own files by `models/convert.ts`. */
  z.strictObject({
    kind: z.literal('converted'),
    package: z.string(),
    format: z.enum(['face-api', 'tfjs-graph']),
    files: z.array(z.string()).min(1),
  }),
  /** Fetched by `ostiary models fetch`, or found in a mirror or folder. */
  z.strictObject({
    kind: z.literal('fetched'),
    url: z.url({ protocol: /^https$/ }),
    bytes: z.int().positive(),
    /**
     * The file is a frozen TensorFlow graph. It is turned into ONNX whenever it is read; these of its nodes become
     * outputs, each as rows of so many numbers, place by place.
     */
    frozenGraph: z
      .strictObject({
        outputs: z.record(z.string(), z.strictObject({ node: z.string(), row: z.int().positive() })),
      })
      .optional(),
  }),
]);

export const modelEntrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/),
  role: z.enum(roles),
  title: z.string(),
  /** Name of the file in the model folder. */
  file: z.string().regex(/^[\w.-]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string(),
  home: z.url(),
  /** What is known of the training data and its terms. */
  trainingData: z.string(),
  source: sourceSchema,
  /** How the network is read: names a decoder in the pipeline (`blazeface`, `yunet`, `embedding`, …). */
  decoder: z.string(),
  input: inputSchema,
  alignment: alignmentSchema.optional(),
  /** Detectors only: the score from which a box counts, and the overlap above which boxes are one. */
  detection: z.strictObject({ minScore: z.number(), maxOverlap: z.number() }).optional(),
  embedding: z
    .strictObject({
      /** Stands with every template; changes when the network, its alignment or its normalisation changes. */
      modelId: z.string(),
      dimensions: z.int().positive().max(1024),
      output: z.string(),
      /** Whether the template is the mean of the face and its mirror image. */
      mirror: z.boolean(),
      /**
       * The part of a face hardly counts as seen when painting it over changes the template by less than this (1 − the
       * cosine of both); absent where it was not measured, and then nothing is said of covered parts.
       */
      leastShares: z
        .strictObject({
          eye: z.number().positive(),
          nose: z.number().positive(),
          mouth: z.number().positive(),
        })
        .optional(),
      scores: scoreTableSchema.optional(),
    })
    .optional(),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

export const catalogueSchema = z.strictObject({
  models: z.array(modelEntrySchema),
  /** For the roles that a profile does not name: used beside it when the file is installed, and not missed before. */
  optional: z.partialRecord(z.enum(roles), z.string()).optional(),
  profiles: z.record(z.string(), z.partialRecord(z.enum(roles), z.string())),
});
export type Catalogue = z.infer<typeof catalogueSchema>;
