import { z } from 'zod';
import type { AuditEntry } from '../../../domain/audit.ts';
import type { Role } from '../../../domain/catalogue.ts';
import {
  type DialectName,
  dialectNames,
  type Right,
  rights,
  type ServiceName,
  services,
} from '../../../domain/credential.ts';
import type { HistoryEvent } from '../../../domain/event.ts';
import {
  type AnalysedFace,
  attributes,
  type FaceAttributes,
  type FaceQuality,
} from '../../../domain/face.ts';
import type { Box } from '../../../domain/geometry.ts';
import type { Job } from '../../../domain/job.ts';
import type { GalleryCounts } from '../../../domain/ports/gallery.ts';
import type { ModelState } from '../../../domain/ports/model-store.ts';
import type { LeftReference } from '../../../domain/ports/template-models.ts';
import type { VisionStatus } from '../../../domain/ports/vision.ts';
import type { AcceptedRate } from '../../../domain/threshold.ts';
import type { GalleryProblem } from '../../../services/health.ts';
import { listOf } from './requests.ts';

/** The wire of our own API: what requests must look like, and what answers look like. */

/** Each is searched for, or compared with all others, in one go. */
const maxVectors = 512;
const maxPairs = 16_384;

const slugSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,48}$/, 'a slug of letters, digits, _ and -, at most 48');

export const newCollectionSchema = z.strictObject({
  slug: slugSchema,
  /** The slug when absent. */
  name: z.string().min(1).max(200).optional(),
});

/** New values of what is to change. */
export const collectionChangeSchema = z.strictObject({
  slug: slugSchema.optional(),
  name: z.string().min(1).max(200).optional(),
});

/** What a credential may do, and where; `default` when no collection is told. */
const scopeFields = {
  right: z.enum(rights).default('write'),
  collections: z.array(slugSchema).min(1).max(64).optional(),
  /** Also those that are made later; never unless it is asked for. */
  allCollections: z.literal(true).optional(),
};

export const newKeysSchema = z.strictObject({
  dialect: z.enum(dialectNames),
  /** Of CompreFace: one key for this service; one for each when absent. */
  service: z.enum(services).optional(),
  ...scopeFields,
  name: z.string().max(200).default(''),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

export const newUserSchema = z.strictObject({
  login: z.string().min(1).max(254),
  password: z.string().max(1_024),
  ...scopeFields,
  name: z.string().max(200).default(''),
});

export const passwordSchema = z.strictObject({ password: z.string().max(1_024) });

export const detectQuerySchema = z.strictObject({
  attributes: listOf(z.enum(attributes)).default([]),
});

const isRate = (value: z.ZodNumber | z.ZodCoercedNumber) => value.positive().max(1);
const rate = isRate(z.number()).optional();
const rateText = isRate(z.coerce.number()).optional();
const usualFmr = 1e-3;

type GivenRates = { readonly maxFmr?: number | undefined; readonly maxFpir?: number | undefined };

/** Brings the rate that candidates may have into one form; a false match in a thousand comparisons unless told. */
function withAccepted<Given extends GivenRates>(given: Given, context: z.RefinementCtx) {
  const { maxFmr, maxFpir, ...rest } = given;
  if (maxFmr !== undefined && maxFpir !== undefined) {
    context.addIssue({ code: 'custom', message: 'expected maxFmr or maxFpir, not both' });
  }
  const accepted: AcceptedRate = maxFpir === undefined ? { maxFmr: maxFmr ?? usualFmr } : { maxFpir };
  return { ...rest, accepted };
}

const slugsSchema = z.array(slugSchema).min(1).max(64);
const identifyFields = {
  limit: z.coerce.number().int().min(1).max(100).default(5),
  ...{ maxFmr: rateText, maxFpir: rateText },
};
export const identifyQuerySchema = z.strictObject(identifyFields).transform(withAccepted);
export const identifyInQuerySchema = z
  .strictObject({
    ...identifyFields,
    /** Comma-separated slugs. */
    collections: listOf(slugSchema).pipe(slugsSchema),
  })
  .transform(withAccepted);

/** No parameter at all. */
export const noQuerySchema = z.strictObject({});

export const compareQuerySchema = z.strictObject({ maxFmr: rateText.default(usualFmr) });

/** Hundreds of thousands of numbers: a schema of zod's own would tell each wrong one. */
const vectorsSchema = z
  .custom<readonly (readonly number[])[]>(
    (value) =>
      Array.isArray(value) &&
      value.length <= maxVectors &&
      value.every((vector) => Array.isArray(vector) && vector.every(Number.isFinite)),
    `expected at most ${maxVectors} lists of numbers`,
  )
  .meta({ type: 'array', items: { type: 'array', items: { type: 'number' } }, maxItems: maxVectors });

export const searchSchema = z
  .strictObject({
    /** The embedding model that made the vectors. */
    modelId: z.string(),
    vectors: vectorsSchema,
    collections: slugsSchema.default(['default']),
    limit: z.int().min(1).max(100).default(5),
    ...{ maxFmr: rate, maxFpir: rate },
  })
  .transform(withAccepted);

export const compareVectorsSchema = z
  .strictObject({
    modelId: z.string(),
    sources: vectorsSchema,
    targets: vectorsSchema,
    maxFmr: rate.default(usualFmr),
  })
  .refine(
    ({ sources, targets }) => sources.length * targets.length <= maxPairs,
    `expected at most ${maxPairs} pairs of a source and a target`,
  );

export type KeyAnswer = {
  readonly id: string;
  readonly dialect: DialectName;
  readonly services: readonly ServiceName[];
  readonly right: Right;
  /** Slugs. */
  readonly collections: 'all' | readonly string[];
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly lastUsedAt?: string;
};

export type UserAnswer = Pick<
  KeyAnswer,
  'id' | 'right' | 'collections' | 'name' | 'createdAt' | 'lastUsedAt'
> & { readonly login: string };

/** The secret is told this once. */
export type NewKeyAnswer = KeyAnswer & { readonly secret: string };

export type CollectionAnswer = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: string;
};

export type CountedCollectionAnswer = CollectionAnswer & {
  readonly members: number;
  readonly references: number;
};

/** Boxes and points are in pixels of the upright picture. */
export type FaceAnswer = FaceAttributes & {
  readonly box: Box;
  readonly detectorScore: number;
  readonly landmarks: AnalysedFace['landmarks'];
  readonly quality: FaceQuality;
};

export type DetectAnswer = {
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly faces: readonly FaceAnswer[];
};

/**
 * `similarity` is 1 for the same template and .5 where one in a thousand strangers gets; `fmr` is the share of strangers
 * who get so far, never told lower than the last row of the model's score table.
 */
export type ScoreAnswer = {
  readonly similarity: number;
  readonly fmr: number;
  /** Whether the rate is lower than the measured pairs can show. */
  readonly extrapolated: boolean;
};

/** What was accepted: false matches a comparison, and, among so many persons, a search. */
export type ThresholdAnswer = {
  readonly fmr: number;
  readonly fpir: number;
  readonly persons: number;
  readonly extrapolated: boolean;
};

export type CandidateAnswer = ScoreAnswer & {
  readonly key: string;
  readonly personId: string;
  readonly referenceId: string;
  /** Slug. */
  readonly collection: string;
};

export type IdentifyAnswer = {
  readonly threshold: ThresholdAnswer;
  readonly faces: readonly (FaceAnswer & { readonly candidates: readonly CandidateAnswer[] })[];
};

/** One result a vector, in their order. */
export type SearchAnswer = {
  readonly threshold: ThresholdAnswer;
  readonly results: readonly { readonly candidates: readonly CandidateAnswer[] }[];
};

export type EmbedAnswer = Omit<DetectAnswer, 'faces'> & {
  readonly modelId: string;
  readonly faces: readonly (FaceAnswer & { readonly vector: readonly number[] })[];
};

type PairThreshold = Pick<ThresholdAnswer, 'fmr' | 'extrapolated'>;

export type CompareAnswer = ScoreAnswer & {
  readonly threshold: PairThreshold;
  readonly match: boolean;
  readonly source: FaceAnswer;
  readonly target: FaceAnswer;
};

/** The pairs that match, best first, by their places in the lists. */
export type CompareVectorsAnswer = {
  readonly threshold: PairThreshold;
  readonly matches: readonly (ScoreAnswer & { readonly source: number; readonly target: number })[];
};

export type EnrolAnswer = {
  readonly key: string;
  readonly personId: string;
  readonly referenceId: string;
  /** The reference that went for this one. */
  readonly replaced?: string;
  readonly box: Box;
  readonly quality: FaceQuality;
};

export type ModelAnswer = {
  readonly id: string;
  readonly role: Role;
  readonly title: string;
  readonly licence: string;
  readonly state: ModelState;
  /** The profiles that use it. */
  readonly profiles: readonly string[];
};

export type JobAnswer = Pick<Job, 'id' | 'kind' | 'state' | 'progress' | 'report' | 'error'> & {
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
};

const folderSchema = z.string().min(1).max(4_096);

/** Of all collections unless some are named, into a new folder unless one is named. */
export const newExportSchema = z.strictObject({
  collections: slugsSchema.optional(),
  folder: folderSchema.optional(),
});
export const newImportSchema = z.strictObject({ folder: folderSchema });
/** A ZIP archive or CSV list of pictures. */
export const newEnrolmentsSchema = z.strictObject({ file: z.string().min(1).max(4_096) });

/** Where a CompreFace is, and the key of its recognition service. */
export const newCompreFaceImportSchema = z.strictObject({
  url: z.string().min(1).max(2_048),
  key: z.string().regex(/^[!-~]{1,200}$/),
  collection: slugSchema.default('default'),
});

/** Whom to erase: by her id, or by her key in a collection. */
export const newErasureSchema = z.union([
  z.strictObject({ personId: z.uuid().toLowerCase() }),
  z.strictObject({ collection: slugSchema, person: z.string().min(1) }),
]);

/** A time is absent until that is reached. */
export type ErasureAnswer = {
  readonly personId: string;
  /** How many she had. */
  readonly references: number;
  readonly hiddenAt: string;
  readonly removedAt?: string;
  readonly scrubbedAt?: string;
};

export type AuditEntryAnswer = Omit<AuditEntry, 'atMs'> & { readonly at: string };

/** With `nextBefore` there may be older ones: it is the `before` of the next page. */
export type AuditAnswer = { readonly entries: readonly AuditEntryAnswer[]; readonly nextBefore?: number };

/** Names are those of now; the scores of a model that has no table are left out. */
export type EventAnswer = Omit<HistoryEvent, 'atMs' | 'accountId' | 'candidates' | 'gap'> & {
  readonly at: string;
  readonly candidates: readonly (Partial<ScoreAnswer> & {
    readonly personId: string;
    readonly referenceId: string;
    readonly name?: string;
  })[];
  readonly gap?: { readonly from: string; readonly to: string; readonly count: number };
};

/** With `next` there are more: it is the `start` of the next page. */
export type HistoryAnswer = { readonly events: readonly EventAnswer[]; readonly next?: number };

/** What goes, or would; times when anything does. */
export type PrunedAnswer = { readonly records: number; readonly oldest?: string; readonly newest?: string };

/** References without a template of the model that serves; `next` is to be given as `after` for more. */
export type LeftAnswer = {
  readonly serving?: string;
  readonly references: readonly LeftReference[];
  readonly next?: number;
};

export type HealthAnswer = {
  readonly ready: boolean;
  readonly vision: VisionStatus;
  /**
   * `loading`: slugs of the collections that cannot be searched yet. `problems`: what an operator should see to although the
   * gallery answers, and how many records it concerns.
   */
  readonly gallery: GalleryCounts & {
    readonly ready: boolean;
    readonly loading: readonly string[];
    readonly problems: readonly GalleryProblem[];
  };
};
