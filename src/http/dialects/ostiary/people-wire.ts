import { z } from 'zod';
import { type Metadata, type PersonStatus, personStatuses } from '../../../domain/gallery.ts';
import type { EnrolAnswer } from './wire.ts';

/** The wire of persons and references. */

/** A key as far as the wire knows it: the collection refuses more. */
const keySchema = z.string().min(1).max(255);
const instantSchema = z.iso.datetime({ offset: true });

export const personsQuerySchema = z.strictObject({
  /** The key of the last person of the page before. */
  after: z.string().max(255).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const newPersonSchema = z.strictObject({ key: keySchema });

export const personChangeSchema = z.strictObject({
  key: keySchema.optional(),
  name: z.string().max(200).optional(),
  status: z.enum(personStatuses).optional(),
  /** Takes the place of all that was kept. */
  metadata: z.record(z.string(), z.string()).optional(),
  /** `null` lifts the bound. */
  validFrom: instantSchema.nullable().optional(),
  validUntil: instantSchema.nullable().optional(),
});

/** Whom she becomes one with. */
export const mergeSchema = z.strictObject({ into: keySchema });

export const referencesQuerySchema = z.strictObject({
  /** Of this person only. */
  key: z.string().max(255).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** A person in a collection; what stands before the key holds in all collections that she is in. */
export type PersonAnswer = {
  readonly personId: string;
  readonly number: number;
  readonly name: string;
  readonly status: PersonStatus;
  readonly metadata: Metadata;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly createdAt: string;
  readonly key: string;
  readonly references: number;
};

/** With `next` there may be more: it is the `after` of the next page. */
export type PersonsAnswer = { readonly persons: readonly PersonAnswer[]; readonly next?: string };

/** How much leaves, or left. */
export type CountsAnswer = { readonly members: number; readonly references: number };

export type ReferenceAnswer = Omit<EnrolAnswer, 'replaced'> & {
  readonly number: number;
  readonly modelId?: string;
  /** Whether the enrolled picture is kept. */
  readonly hasPicture: boolean;
  readonly text: string;
  readonly metadata: Metadata;
  readonly createdAt: string;
};

export type ReferencesAnswer = { readonly references: readonly ReferenceAnswer[]; readonly total: number };
