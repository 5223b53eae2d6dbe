import { z } from 'zod';
import { cameraFeatures } from '../../../domain/camera.ts';
import {
  type Bodies,
  base64Picture,
  type DialectDescription,
  fileSchema,
  jsonBody,
  type RouteDescription,
} from '../../openapi/description.ts';
import {
  actionBody,
  changedSource,
  compareBody,
  detectBody,
  groupBody,
  groupCreateBody,
  groupUpdateBody,
  listName,
  loginBody,
  newSource,
  newTokenBody,
  personBody,
  personCreateBody,
  personDeleteBody,
  personUpdateBody,
  tokenBody,
  tokenUpdateBody,
  uuid,
  type WireFeature,
  type WireMatch,
  type WirePerson,
} from './wire.ts';

const failure = z.object({ status: z.literal('error'), message: z.string() });
const done = z.object({ status: z.literal('ok'), message: z.string() });
const spent = z.int().min(0).meta({ description: 'Milliseconds' });
const id = z.uuid();
const time = z.iso.datetime();

/** Some failures of this API have the status 200. */
const orFailed = (schema: z.ZodType) => z.union([schema, failure]);

const feature = z.object({
  name: z.enum(cameraFeatures),
  version: z.int().min(1),
  result: z.union([z.string(), z.number()]),
  confidence: z.string().min(1).max(6),
  spent,
}) satisfies z.ZodType<WireFeature>;
const person = z.object({
  ...{ person_id: id, list_id: id, created: time, updated: time, group_id: id, source_id: id },
  ...{ image_url: z.string(), fields: z.array(z.string()), features: z.array(feature) },
  ...{ status: z.enum(['init', 'replaced']), yaw: z.number(), roll: z.number(), pitch: z.number() },
  person_source: z.object({
    ...{ group_id: id, group_name: z.string(), source_id: id, source_name: z.string() },
  }),
}) satisfies z.ZodType<WirePerson>;
const score = z.number().min(0).max(100);
const match = z.object({
  ...{ person_id: id, list_id: id, score, fields: z.array(z.string()), image_url: z.string() },
}) satisfies z.ZodType<WireMatch>;

const point = z.tuple([z.int(), z.int()]);
const shown = {
  bbox: z.tuple([point, point]).optional(),
  bbox_pro: z.tuple([point, point, point, point]).optional(),
  thumb: base64Picture.optional(),
};
const compared = z.object({ score, scores: z.array(score), ...shown });

const token = z.object({ id, expires: z.union([time, z.literal('never')]) });
const search = z.object({ id, on_found: z.string(), on_failed: z.string() });
const group = z.object({
  ...{ group_id: id, name: z.string(), created: time, person_list_search: z.array(search) },
});
const source = z.object({
  ...{ source_id: id, name: z.string(), feature_check: z.array(z.enum(cameraFeatures)) },
  auto_person_create: z.object({
    ...{ new_person_threshold: z.string(), new_person_square_min: z.number() },
    ...{ new_person_yaw_max: z.number(), person_list_add: z.array(id) },
  }),
});
const list = z.object({ list_id: id, name: z.string(), created: time });
const ids = z.union([uuid, z.array(uuid)]);

/** A form with options and pictures. */
function form(options: z.ZodObject, pictures: Readonly<Record<string, z.ZodType>>): Bodies {
  return { 'multipart/form-data': options.extend(pictures) };
}

/** The same on several verbs. */
function on<Verb extends 'GET' | 'POST' | 'PUT' | 'DELETE', Path extends `/${string}`>(
  verbs: readonly Verb[],
  path: Path,
  route: RouteDescription,
): Record<`${Verb} ${Path}`, RouteDescription> {
  return Object.fromEntries(verbs.map((verb) => [`${verb} ${path}`, route])) as Record<
    `${Verb} ${Path}`,
    RouteDescription
  >;
}

const change = (summary: string, body: z.ZodType, more: Partial<RouteDescription> = {}) => ({
  ...{ summary, body: jsonBody(body), answers: { 200: orFailed(done) } },
  ...more,
});

const routes: DialectDescription['routes'] = {
  'POST /v1/user/login': {
    summary: 'Log in; the session is a token that ends',
    body: jsonBody(loginBody),
    answers: { 200: z.object({ status: z.literal('ok'), token: z.string() }) },
    refusals: ['credential-unknown', 'too-many-attempts'],
  },
  'GET /v1/tokens': {
    ...{ summary: "The account's permanent tokens", answers: { 200: z.object({ tokens: z.array(token) }) } },
  },
  'POST /v1/tokens': { summary: "The account's permanent tokens", answers: { 200: z.array(token) } },
  'POST /v1/token/create': {
    summary: 'Make a permanent token',
    body: jsonBody(newTokenBody),
    answers: { 201: done.extend({ token }) },
  },
  ...on(['PUT', 'POST'], '/v1/token/update', change('Give a token another end', tokenUpdateBody)),
  ...on(['DELETE', 'POST'], '/v1/token/delete', change('Delete a token', tokenBody)),

  ...on(['GET', 'POST'], '/v1/source/groups', {
    ...{ summary: 'All groups of sources', answers: { 200: z.array(group) } },
  }),
  'POST /v1/source/group/create': {
    summary: 'Make a group of sources',
    body: jsonBody(groupCreateBody),
    answers: { 201: done.extend({ group_id: id }), 200: failure },
  },
  ...on(['PUT', 'POST'], '/v1/source/group/update', change('Change a group', groupUpdateBody)),
  ...on(
    ['DELETE', 'POST'],
    '/v1/source/group/delete',
    change('Delete groups with their sources', z.object({ group_id: ids })),
  ),
  'GET /v1/sources': {
    ...{ summary: 'The sources of a group', query: groupBody, answers: { 200: orFailed(z.array(source)) } },
  },
  'POST /v1/sources': {
    summary: 'The sources of a group',
    body: jsonBody(groupBody),
    answers: { 200: orFailed(z.array(source)) },
  },
  'POST /v1/source/create': {
    summary: 'Make a source',
    body: jsonBody(newSource),
    answers: { 201: done.extend({ source_id: id }) },
  },
  ...on(['PUT', 'POST'], '/v1/source/update', change('Change a source', changedSource)),
  ...on(['DELETE', 'POST'], '/v1/source/delete', change('Delete sources', z.object({ source_id: ids }))),

  ...on(['GET', 'POST'], '/v1/person/lists', { summary: 'All lists', answers: { 200: z.array(list) } }),
  'POST /v1/person/list/create': {
    summary: 'Make a list of persons',
    body: jsonBody(z.object({ name: listName })),
    answers: { 201: z.object({ list_id: id, status: z.literal('ok') }) },
    refusals: ['collection-exists'],
  },
  ...on(
    ['PUT', 'POST'],
    '/v1/person/list/update',
    change('Give a list another name', z.object({ list_id: uuid, name: listName }), {
      refusals: ['collection-exists'],
    }),
  ),
  ...on(
    ['DELETE', 'POST'],
    '/v1/person/list/delete',
    change(
      'Delete a list with its persons, by its id or its name',
      z.object({ list_id: uuid.optional(), name: listName.optional() }),
    ),
  ),

  'POST /v1/person/create': {
    summary: 'Make persons of the faces of a picture, as far as they are not there',
    body: form(personCreateBody, { image: fileSchema }),
    answers: Object.fromEntries(
      [200, 201].map((status) => [
        status,
        done.extend({
          ...{ faces_total: z.int().min(0), spent },
          persons_updated: z.array(person).optional(),
          persons_new: z.array(z.array(person)).optional(),
          matches: z.array(match).optional(),
          faces: z.array(z.object(shown)).optional(),
        }),
      ]),
    ),
  },
  'GET /v1/person': {
    summary: 'A person',
    query: personBody,
    answers: { 200: person },
    refusals: ['person-unknown'],
  },
  'POST /v1/person': {
    ...{ summary: 'A person', body: jsonBody(personBody), answers: { 200: person } },
    refusals: ['person-unknown'],
  },
  ...on(
    ['PUT', 'POST'],
    '/v1/person/update',
    change('Change what is kept beside a person', personUpdateBody, { refusals: ['person-unknown'] }),
  ),
  ...on(
    ['DELETE', 'POST'],
    '/v1/person/delete',
    change('Delete persons from a list', personDeleteBody, { refusals: ['person-unknown'] }),
  ),
  'GET /v1/image/:link': {
    summary: 'The image that a link shows, until it ends',
    answers: { 200: { 'image/jpeg': fileSchema, 'application/octet-stream': fileSchema } },
    refusals: ['reference-unknown'],
    shows: 'in the path',
  },

  'POST /v1/compare': {
    summary: 'How much the faces of two pictures are alike',
    body: form(compareBody, { images: z.array(fileSchema).length(2) }),
    answers: {
      200: z.object({
        ...{ status: z.literal('ok'), message: z.string().optional(), spent },
        ...{ image1: z.array(compared), image2: z.array(compared) },
      }),
    },
  },
  'POST /v1/detect': {
    summary: 'The faces of pictures, and their features',
    body: form(detectBody, { images: z.array(fileSchema).min(1).max(100) }),
    answers: {
      200: z.object({
        ...{ status: z.literal('ok'), message: z.string().optional(), spent },
        results: z.array(z.array(z.object({ ...shown, features: z.array(feature) }))),
      }),
    },
  },
  'POST /v1/action': {
    summary: 'Look for the faces of a picture; by the rule of a source they become persons',
    body: form(actionBody, { image: fileSchema }),
    answers: Object.fromEntries(
      [200, 201].map((status) => [
        status,
        done.extend({
          spent,
          results: z.array(
            z.object({
              ...{ matches: z.array(match), ...shown, features: z.array(feature).optional() },
              persons_new: z.array(person).optional(),
            }),
          ),
        }),
      ]),
    ),
  },
};

export const description: DialectDescription = {
  title: 'Enface',
  version: '1.0',
  credential: {
    ...{ type: 'apiKey', in: 'header', name: 'token' },
    description: 'A permanent token, or the session of a login; `token` in the body does as well',
  },
  refusal: failure,
  routes,
};
