import { z } from 'zod';
import type { Keeps } from '../../../services/enrol.ts';
import { base64Picture } from '../../openapi/description.ts';

/** So many persons one bulk request may bring; their bytes have a limit besides. */
export const maxPersons = 100;
/** So many results at most are told, whatever a caller asks for. */
export const maxResults = 100;

const text = z.string();
const similarity = z.number().min(0).max(1);
const flag = z.boolean().default(false);
const name = text.min(1);
/** A default, unless the caller says something under either name; the prose of the documentation has the second one. */
const minSimilarity = { min_similarity_score: similarity.optional(), min_score: similarity.optional() };
export const usualSimilarity = 0.7;

export const collectionBody = z.object({ name: text });

/** What the storage types are to us. */
const storages = {
  NoStorage: 'nothing',
  StoreThumbnails: 'crop',
  StoreFullImage: 'picture',
} as const satisfies Record<string, Keeps>;
const storage = z
  .enum(['NoStorage', 'StoreThumbnails', 'StoreFullImage'])
  .default('StoreThumbnails')
  .transform((type): Keeps => storages[type]);
const person = {
  person_id: name,
  person_name: text,
  face_base_64: base64Picture,
  metadata: z
    .record(z.string(), text)
    .nullish()
    .transform((given) => given ?? {}),
};

export const personBody = z.object({
  ...person,
  collection_name: text,
  check_duplicates: flag,
  duplicate_check_min_similarity: similarity.default(usualSimilarity),
  check_liveness: flag,
  face_storage_type: storage,
});

const persons = z.array(z.object(person)).min(1).max(maxPersons);
/** The list's name is capital in the documentation's table and small in its example. */
export const personsBody = z
  .object({
    collection_name: text,
    face_storage_type: storage,
    Persons: persons.optional(),
    persons: persons.optional(),
  })
  .transform(({ Persons, persons: small, ...rest }, check) => {
    const list = Persons ?? small;
    if (list) return { ...rest, persons: list };
    check.addIssue({ code: 'custom', path: ['Persons'], message: 'Required' });
    return z.NEVER;
  });

export const personQuery = z.object({ collection_name: text, person_id: name });

export const searchBody = z.object({
  ...minSimilarity,
  collection_name: text,
  face_base_64: base64Picture,
  check_liveness: flag,
  max_results: z.int().min(1).default(1),
});
export const multiSearchBody = z.object({
  ...minSimilarity,
  collection_name: text,
  multi_face_img_base_64: base64Picture,
});

export const compareBody = z.object({
  ...minSimilarity,
  face_base_64: base64Picture,
  ref_face_base_64: base64Picture,
  check_liveness: flag,
});
export const livenessBody = z.object({ face_base_64: base64Picture });

export type WireCollection = { readonly name: string; readonly num_persons: number };

export type WirePerson = {
  readonly person_id: string;
  readonly person_name: string;
  readonly metadata: Readonly<Record<string, string>>;
};
/** The face as base64, empty where no picture of it is stored. */
export type WireFace = { readonly face_base_64: string };
export type WireHit = WirePerson & WireFace & { readonly similarity_score: number };
export type WireMultiSearch = {
  readonly person_search_results: readonly WireHit[];
  readonly unrecognized_face_thumbnails_base_64: readonly string[];
};

/** What became of one person of many, and every error. */
export type WireOutcome = {
  readonly code: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** The lowest similarity that the caller wants to be told of. */
export function leastOf({
  min_similarity_score,
  min_score,
}: {
  min_similarity_score?: number | undefined;
  min_score?: number | undefined;
}): number {
  return min_similarity_score ?? min_score ?? usualSimilarity;
}
