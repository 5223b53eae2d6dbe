import { z } from 'zod';
import type { Role } from '../../../domain/catalogue.ts';
import {
  type AnalysedFace,
  attributes,
  type FaceAttributes,
  type FaceQuality,
} from '../../../domain/face.ts';
import type { Box } from '../../../domain/geometry.ts';
import { type DialectName, type ServiceName, services } from '../../../domain/ports/credentials.ts';
import type { GalleryCounts } from '../../../domain/ports/gallery.ts';
import type { ModelState } from '../../../domain/ports/model-store.ts';
import type { VisionStatus } from '../../../domain/ports/vision.ts';

import { type KeyedDialect, servicesOf } from '../../../services/keys.ts';

const keyedDialects = Object.keys(servicesOf) as KeyedDialect[];

/** The wire of our own API: what requests must look like, and what answers look like. */

const slugSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,48}$/, 'a slug of letters, digits, _ and -, at most 48');

export const newCollectionSchema = z.strictObject({
  slug: slugSchema,
  /** The slug when absent. */
  name: z.string().min(1).max(200).optional(),
});

export const newKeysSchema = z.strictObject({
  dialect: z.enum(keyedDialects),
  /** One key for this service; one for each service that the dialect has when absent. */
  service: z.enum(services).optional(),
  collection: slugSchema.default('default'),
  name: z.string().max(200).default(''),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

export const detectQuerySchema = z.strictObject({
  /** Comma-separated. */
  attributes: z
    .string()
    .transform((list) => list.split(',').filter((item) => item !== ''))
    .pipe(z.array(z.enum(attributes)))
    .default([]),
});

export const identifyQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(5),
  /** Candidates whose score strangers reach more often than this are left out. */
  maxFmr: z.coerce.number().positive().max(1).default(1e-3),
});

/** No parameter at all. */
export const noQuerySchema = z.strictObject({});

export const compareQuerySchema = z.strictObject({
  maxFmr: z.coerce.number().positive().max(1).default(1e-3),
});

export type KeyAnswer = {
  readonly id: string;
  readonly dialect: DialectName;
  readonly service: ServiceName;
  readonly name: string;
  readonly collections: readonly string[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly lastUsedAt?: string;
};

/** The secret is told this once. */
export type NewKeyAnswer = KeyAnswer & { readonly secret: string };

export type CollectionAnswer = {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: string;
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
 * who get so far, null for a model that was never measured.
 */
export type ScoreAnswer = {
  readonly similarity: number;
  readonly fmr: number | null;
  /** Whether the rate is lower than the measured pairs can show. */
  readonly extrapolated: boolean;
};

export type CandidateAnswer = ScoreAnswer & {
  readonly key: string;
  readonly personId: string;
  readonly referenceId: string;
};

export type IdentifyAnswer = {
  readonly faces: readonly (FaceAnswer & { readonly candidates: readonly CandidateAnswer[] })[];
};

export type CompareAnswer = ScoreAnswer & {
  readonly match: boolean;
  readonly source: FaceAnswer;
  readonly target: FaceAnswer;
};

export type EnrolAnswer = {
  readonly key: string;
  readonly personId: string;
  readonly referenceId: string;
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

export type HealthAnswer = {
  readonly ready: boolean;
  readonly vision: VisionStatus;
  readonly gallery: GalleryCounts & { readonly ready: boolean };
};
