import { z } from 'zod';
import { auditActions } from '../../../domain/audit.ts';
import { roles } from '../../../domain/catalogue.ts';
import { dialectNames, rights, services } from '../../../domain/credential.ts';
import { eventKinds } from '../../../domain/event.ts';
import { emotions } from '../../../domain/face.ts';
import { personStatuses } from '../../../domain/gallery.ts';
import { jobStates } from '../../../domain/job.ts';
import type { Json } from '../../../domain/json.ts';
import type * as people from './people-wire.ts';
import type * as wire from './wire.ts';

/** What answers look like, for the document; each is held to the type that the routes write. */

const instant = z.iso.datetime();
const share = z.number().min(0).max(1);
const point = z.tuple([z.number(), z.number()]);
const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const quality = z.object({
  ...{ overall: share, size: share, sharpness: share, exposure: share, pose: share, detector: share },
});

const face = z.object({
  box: box.meta({ description: 'Pixels of the upright picture' }),
  detectorScore: share,
  landmarks: z.tuple([point, point, point, point, point]),
  quality,
  landmarks68: z.array(point).exactOptional(),
  pose: z.object({ yaw: z.number(), pitch: z.number(), roll: z.number() }).exactOptional(),
  age: z.object({ low: z.number(), high: z.number(), years: z.number(), probability: share }).exactOptional(),
  gender: z.object({ value: z.enum(['male', 'female']), probability: share }).exactOptional(),
  emotion: z.record(z.enum(emotions), share).exactOptional(),
  mask: z.object({ worn: z.boolean(), probability: share }).exactOptional(),
  eyeOpening: z.number().exactOptional(),
  visibility: z
    .object({
      face: share,
      parts: z
        .object({ leftEye: z.number(), rightEye: z.number(), nose: z.number(), mouth: z.number() })
        .exactOptional(),
    })
    .exactOptional(),
  liveness: share.exactOptional(),
}) satisfies z.ZodType<wire.FaceAnswer>;

const scoreFields = { similarity: share, fmr: share, extrapolated: z.boolean() };
const pairThreshold = z.object({ fmr: share, extrapolated: z.boolean() });
const threshold = pairThreshold.extend({ fpir: share, persons: z.int() });
const candidate = z.object({
  ...scoreFields,
  ...{ key: z.string(), personId: z.uuid(), referenceId: z.uuid(), collection: z.string() },
}) satisfies z.ZodType<wire.CandidateAnswer>;

const picture = { width: z.int(), height: z.int(), format: z.string() };
export const detected = z.object({
  ...{ ...picture, faces: z.array(face) },
}) satisfies z.ZodType<wire.DetectAnswer>;
export const identified = z.object({
  threshold,
  faces: z.array(face.extend({ candidates: z.array(candidate) })),
}) satisfies z.ZodType<wire.IdentifyAnswer>;
export const embedded = z.object({
  ...{ ...picture, modelId: z.string() },
  faces: z.array(face.extend({ vector: z.array(z.number()) })),
}) satisfies z.ZodType<wire.EmbedAnswer>;
export const searched = z.object({
  threshold,
  results: z.array(z.object({ candidates: z.array(candidate) })),
}) satisfies z.ZodType<wire.SearchAnswer>;
export const compared = z.object({
  ...scoreFields,
  ...{ threshold: pairThreshold, match: z.boolean(), source: face, target: face },
}) satisfies z.ZodType<wire.CompareAnswer>;
export const comparedVectors = z.object({
  threshold: pairThreshold,
  matches: z.array(z.object({ ...scoreFields, source: z.int(), target: z.int() })),
}) satisfies z.ZodType<wire.CompareVectorsAnswer>;
export const enrolled = z.object({
  ...{ key: z.string(), personId: z.uuid(), referenceId: z.uuid() },
  replaced: z.uuid().exactOptional(),
  ...{ box, quality },
}) satisfies z.ZodType<wire.EnrolAnswer>;

const keyFields = {
  ...{ id: z.uuid(), dialect: z.enum(dialectNames), services: z.array(z.enum(services)) },
  right: z.enum(rights),
  collections: z.union([z.literal('all'), z.array(z.string())]),
  ...{ name: z.string(), createdAt: instant, expiresAt: instant.exactOptional() },
  ...{ revokedAt: instant.exactOptional(), lastUsedAt: instant.exactOptional() },
};
const key = z.object(keyFields) satisfies z.ZodType<wire.KeyAnswer>;
export const keys = z.object({ keys: z.array(key) });
export const newKeys = z.object({
  keys: z.array(key.extend({ secret: z.string() }) satisfies z.ZodType<wire.NewKeyAnswer>),
});
export const user = key
  .pick({ id: true, right: true, collections: true, name: true, createdAt: true, lastUsedAt: true })
  .extend({ login: z.string() }) satisfies z.ZodType<wire.UserAnswer>;

export const collection = z.object({
  ...{ id: z.uuid(), slug: z.string(), name: z.string(), createdAt: instant },
}) satisfies z.ZodType<wire.CollectionAnswer>;

const counts = { members: z.int(), references: z.int() };
export const collectionCounts = z.object(counts) satisfies z.ZodType<people.CountsAnswer>;
export const countedCollection = collection.extend(counts) satisfies z.ZodType<wire.CountedCollectionAnswer>;

const metadata = z.record(z.string(), z.string());
export const person = z.object({
  ...{ personId: z.uuid(), number: z.int(), name: z.string(), status: z.enum(personStatuses), metadata },
  ...{ validFrom: instant.exactOptional(), validUntil: instant.exactOptional(), createdAt: instant },
  ...{ key: z.string(), references: z.int() },
}) satisfies z.ZodType<people.PersonAnswer>;
export const persons = z.object({
  persons: z.array(person),
  next: z.string().exactOptional(),
}) satisfies z.ZodType<people.PersonsAnswer>;

export const reference = z.object({
  ...{ key: z.string(), personId: z.uuid(), referenceId: z.uuid(), number: z.int() },
  ...{ modelId: z.string().exactOptional(), box, quality, hasPicture: z.boolean() },
  ...{ text: z.string(), metadata, createdAt: instant },
}) satisfies z.ZodType<people.ReferenceAnswer>;
export const references = z.object({
  ...{ references: z.array(reference), total: z.int() },
}) satisfies z.ZodType<people.ReferencesAnswer>;

export const erasure = z.object({
  ...{ personId: z.uuid(), references: z.int(), hiddenAt: instant },
  ...{ removedAt: instant.exactOptional(), scrubbedAt: instant.exactOptional() },
}) satisfies z.ZodType<wire.ErasureAnswer>;

export const model = z.object({
  ...{ id: z.string(), role: z.enum(roles), title: z.string(), licence: z.string() },
  ...{ state: z.enum(['installed', 'missing', 'damaged']), profiles: z.array(z.string()) },
}) satisfies z.ZodType<wire.ModelAnswer>;

const refused = z.object({ code: z.string(), message: z.string() });
export const job = z.object({
  ...{ id: z.uuid(), kind: z.string(), state: z.enum(jobStates) },
  progress: z.object({ done: z.int(), total: z.int() }),
  report: z.custom<Json>().exactOptional(),
  error: refused.exactOptional(),
  ...{ createdAt: instant, startedAt: instant.exactOptional(), endedAt: instant.exactOptional() },
});

export const auditEntries = z.object({
  entries: z.array(
    z.object({
      ...{ number: z.int(), at: instant, action: z.enum(auditActions), outcome: z.string() },
      actor: z.object({
        kind: z.enum(['local', 'service', 'client', 'credential']),
        ...{ dialect: z.enum(dialectNames).exactOptional(), credentialId: z.uuid().exactOptional() },
      }),
      collectionId: z.uuid().exactOptional(),
      subjectIds: z.array(z.uuid()),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  nextBefore: z.int().exactOptional(),
});

export const events = z.object({
  events: z.array(
    z.object({
      ...{ id: z.uuid(), number: z.int(), at: instant, kind: z.enum(eventKinds) },
      ...{ dialect: z.enum(dialectNames).exactOptional(), cameraId: z.uuid().exactOptional() },
      ...{ collectionIds: z.array(z.uuid()), modelId: z.string().exactOptional() },
      ...{ box: box.exactOptional(), quality: share.exactOptional() },
      candidates: z.array(
        z.object({
          ...{ personId: z.uuid(), referenceId: z.uuid(), name: z.string().exactOptional() },
          ...{ similarity: share.exactOptional(), fmr: share.exactOptional() },
          extrapolated: z.boolean().exactOptional(),
        }),
      ),
      pictureId: z.uuid().exactOptional(),
      gap: z.object({ from: instant, to: instant, count: z.int() }).exactOptional(),
    }),
  ),
  next: z.int().exactOptional(),
}) satisfies z.ZodType<wire.HistoryAnswer>;
export const pruned = z.object({
  ...{ records: z.int(), oldest: instant.exactOptional(), newest: instant.exactOptional() },
}) satisfies z.ZodType<wire.PrunedAnswer>;

export const health = z.object({
  ready: z.boolean(),
  vision: z.looseObject({
    state: z.enum(['starting', 'ready', 'restarting', 'stopped']),
    ...{ restarts: z.int(), queued: z.int(), running: z.int(), rssBytes: z.int() },
  }),
  gallery: z.looseObject({
    ...{ collections: z.int(), persons: z.int(), references: z.int(), ready: z.boolean() },
  }),
});

export const refusal = z.object({
  error: refused.extend({ details: z.record(z.string(), z.union([z.string(), z.number()])) }),
});

const leftReference = z.object({
  number: z.int(),
  referenceId: z.uuid(),
  personId: z.uuid(),
  collectionId: z.uuid(),
});

export const left = z.object({
  serving: z.string().exactOptional(),
  references: z.array(leftReference),
  next: z.int().exactOptional(),
}) satisfies z.ZodType<wire.LeftAnswer>;
