import type { FaceCrop, FaceQuality, Template } from './face.ts';
import type { Box, Landmarks5 } from './geometry.ts';

/** UUID in lower case; persons' and references' are version 1 with a random node. */
export type Uuid = string;

/** What callers keep beside a record, by names of their own; bounded (`checkMetadata`). */
export type Metadata = Readonly<Record<string, string>>;

/** A named set of references that is searched together. */
export type Collection = {
  readonly id: Uuid;
  /** `[A-Za-z0-9_-]{1,48}`, unique. */
  readonly slug: string;
  readonly name: string;
  readonly metadata: Metadata;
  readonly createdAtMs: number;
};

/** New values of the named fields. */
export type CollectionChange = Partial<Pick<Collection, 'slug' | 'name' | 'metadata'>>;

/** How much a collection holds, or held. */
export type CollectionCounts = { readonly members: number; readonly references: number };

export const personStatuses = ['active', 'suspended'] as const;
export type PersonStatus = (typeof personStatuses)[number];

/** One identity. A person belongs to the collections that hold a reference or an empty place of hers. */
export type Person = {
  readonly id: Uuid;
  /** A global integer below 2^53, for callers that cannot hold UUIDs. */
  readonly number: number;
  readonly name: string;
  readonly metadata: Metadata;
  readonly status: PersonStatus;
  /** Outside of these she is not found by a search; absent is unbounded. */
  readonly validFromMs?: number;
  readonly validUntilMs?: number;
  readonly createdAtMs: number;
};

/** New values of the named fields; `null` lifts a bound of her validity. */
export type PersonChange = Partial<Pick<Person, 'name' | 'metadata' | 'status'>> & {
  readonly validFromMs?: number | null;
  readonly validUntilMs?: number | null;
};

/** A person's place in one collection, under a key that is unique and case-sensitive there. */
export type Membership = {
  readonly collectionId: Uuid;
  readonly personId: Uuid;
  readonly key: string;
  readonly referenceCount: number;
};

/**
 * One enrolled face, in one collection. The same face in several collections is as many references, *siblings*, each with
 * an id and number of its own and all with one `faceNumber`; a collection has at most one of them.
 */
export type Reference = {
  readonly id: Uuid;
  /** A global integer below 2^53 that grows with every reference. */
  readonly number: number;
  /** The number of the first of its siblings, which may have gone. */
  readonly faceNumber: number;
  readonly collectionId: Uuid;
  readonly personId: Uuid;
  readonly template: Template;
  readonly crop?: FaceCrop;
  /** In pixels of the picture that was enrolled. */
  readonly box: Box;
  readonly landmarks: Landmarks5;
  readonly detectorScore: number;
  readonly quality: FaceQuality;
  /** Whether the enrolled picture is kept, in whatever size. */
  readonly hasPicture: boolean;
  /** Whether there is a crop, from which another embedding model can make a template. */
  readonly hasCrop: boolean;
  /** What a caller calls the face, by which it is looked up; empty when nobody has called it anything. */
  readonly text: string;
  readonly metadata: Metadata;
  readonly createdAtMs: number;
};

/** What enrolment knows of a face before the gallery gives it its ids. */
export type NewReference = Pick<Reference, 'template' | 'box' | 'landmarks' | 'detectorScore' | 'quality'> & {
  readonly crop?: FaceCrop;
  readonly text?: string;
  readonly metadata?: Metadata;
  /** What the policy keeps of the picture, encoded. */
  readonly picture?: Uint8Array;
};

/** A reference found by a search; the score is the cosine of the two templates, −1 to 1. */
export type Candidate = {
  readonly score: number;
  readonly referenceId: Uuid;
  /** Of all siblings of the reference. */
  readonly faceNumber: number;
  readonly personId: Uuid;
  readonly collectionId: Uuid;
  readonly key: string;
};

/** What became of an erased person; times are absent until the state is reached. */
export type ErasureReceipt = {
  readonly personId: Uuid;
  /** Nothing answers with her any more. */
  readonly hiddenAtMs: number;
  /** Her records are gone from the store and the index. */
  readonly removedAtMs?: number;
  /** No byte of them is left in any file. */
  readonly scrubbedAtMs?: number;
  readonly references: number;
};
