import { z } from 'zod';
import {
  base64Picture,
  type DialectDescription,
  jsonBody,
  type RouteDescription,
} from '../../openapi/description.ts';
import {
  collectionBody,
  compareBody,
  livenessBody,
  multiSearchBody,
  personBody,
  personQuery,
  personsBody,
  searchBody,
  type WireCollection,
  type WireHit,
  type WireMultiSearch,
  type WireOutcome,
  type WirePerson,
} from './wire.ts';

const similarity = z.number().min(0).max(1);
const collection = z.object({
  ...{ name: z.string(), num_persons: z.int() },
}) satisfies z.ZodType<WireCollection>;
const person = z.object({
  ...{ person_id: z.string(), person_name: z.string(), metadata: z.record(z.string(), z.string()) },
}) satisfies z.ZodType<WirePerson>;
const shown = { face_base_64: z.string().meta({ description: 'Base64; empty when no picture is stored' }) };
const hits = z.array(person.extend({ ...shown, similarity_score: similarity }) satisfies z.ZodType<WireHit>);
const outcome = z.object({
  ...{ code: z.string(), message: z.string() },
  metadata: z.record(z.string(), z.string()).exactOptional(),
}) satisfies z.ZodType<WireOutcome>;
const nothing = z.object({});
const unknown = ['collection-unknown', 'person-unknown'] as const;
const notLive = ['face-too-small', 'several-faces', 'model-missing'] as const;

const comparison: RouteDescription = {
  summary: 'How similar the faces of two pictures are',
  body: jsonBody(compareBody),
  answers: { 200: z.object({ is_match: z.boolean(), similarity_score: similarity }) },
  refusals: notLive,
};

export const description: DialectDescription = {
  title: 'Face Search',
  version: '1',
  credential: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  refusal: outcome,
  routes: {
    'POST /collection': {
      summary: 'Make a collection',
      body: jsonBody(collectionBody),
      answers: { 200: collection },
      refusals: ['collection-exists'],
    },
    'DELETE /collection': {
      summary: 'Delete a collection with its persons',
      body: jsonBody(collectionBody),
      answers: { 200: nothing },
      refusals: ['collection-unknown'],
    },
    'GET /collections': { summary: 'List the collections', answers: { 200: z.array(collection) } },
    'PUT /person': {
      summary: 'Register a person with her face, or change her',
      body: jsonBody(personBody),
      answers: { 200: person },
      refusals: ['collection-unknown', 'key-illegal', 'face-duplicate', ...notLive],
    },
    'PUT /persons': {
      summary: 'Register several persons; tells of each what became of her',
      body: jsonBody(personsBody),
      answers: { 200: z.array(outcome) },
      refusals: ['collection-unknown'],
    },
    'GET /person': {
      summary: 'Tell a person',
      query: personQuery,
      answers: { 200: person.extend(shown) },
      refusals: unknown,
    },
    'DELETE /person': {
      summary: 'Delete a person',
      query: personQuery,
      answers: { 200: nothing },
      refusals: unknown,
    },
    'POST /face-search': {
      summary: 'Who is in a picture',
      body: jsonBody(searchBody),
      answers: { 200: hits },
      refusals: ['collection-unknown', ...notLive],
    },
    'POST /multi-face-search': {
      summary: 'Who are all in a picture, and what do those look like whom nobody knows',
      body: jsonBody(multiSearchBody),
      answers: {
        200: z.object({
          person_search_results: hits,
          unrecognized_face_thumbnails_base_64: z.array(base64Picture),
        }) satisfies z.ZodType<WireMultiSearch>,
      },
      refusals: ['collection-unknown'],
    },
    'POST /compare': comparison,
    'POST /face-compare': comparison,
    'POST /liveness': {
      summary: 'Whether a picture shows a live face',
      body: jsonBody(livenessBody),
      answers: { 200: z.object({ is_live: z.boolean() }) },
      refusals: notLive,
    },
  },
};
