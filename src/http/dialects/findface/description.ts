import { z } from 'zod';
import { type Bodies, type DialectDescription, fileSchema, jsonBody } from '../../openapi/description.ts';
import { cameraSchema, type WireCamera } from './cameras.ts';
import type { WireEvent, WireSighting } from './events.ts';
import { pageSchema } from './face-lists.ts';
import { changeSchema, newFaceSchema } from './faces.ts';
import { newGallerySchema } from './galleries.ts';
import { rangeSchema, searchSchema } from './history.ts';
import { identifySchema } from './identify.ts';
import type { WirePerson } from './persons.ts';
import { featuresSchema, verifySchema, type WirePair } from './pictures.ts';
import type { WireBox, WireFace } from './wire.ts';

/** Both answer alike, but that v0 tells nobody's `person_id` with a face. */
export const versions = ['v0', 'v1'] as const;

const pixel = z.int().min(0);
const box = { x1: pixel, x2: pixel, y1: pixel, y2: pixel };
const boxSchema = z.object(box) satisfies z.ZodType<WireBox>;
const features = {
  age: z.int().exactOptional(),
  emotions: z.array(z.string()).exactOptional(),
  gender: z.string().exactOptional(),
};
const face = z.object({
  ...features,
  galleries: z.array(z.string()),
  id: z.int(),
  meta: z.string(),
  person_id: z.int().exactOptional(),
  photo: z.string(),
  photo_hash: z.string(),
  timestamp: z.string(),
  ...box,
}) satisfies z.ZodType<WireFace>;
const share = z.number().min(0).max(1);
const pair = z.object({
  ...{ bbox1: boxSchema, bbox2: boxSchema, confidence: share, verified: z.boolean().exactOptional() },
}) satisfies z.ZodType<WirePair>;
const corner = z.int().min(0).nullable();
const event = z.object({
  ...{ friend: z.boolean(), meta: z.string(), photo_hash: z.string(), photo: z.string() },
  ...{ cam_id: z.uuid().nullable(), person_id: z.int().nullable(), id: z.int().nullable() },
  ...{ timestamp: z.string(), x1: corner, x2: corner, y1: corner, y2: corner },
}) satisfies z.ZodType<WireEvent>;
const sighting = z.object({
  ...{ person_id: z.int().nullable(), face_id: z.int().nullable(), cam_id: z.uuid().nullable() },
  ...{ meta: z.string(), screenshot: z.string(), timestamp: z.string() },
}) satisfies z.ZodType<WireSighting>;
const region = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const camera = z.object({
  ...{ id: z.uuid(), meta: z.string(), enabled: z.boolean(), url: z.string(), detector: z.string() },
  ...{ rot: region.nullable(), roi: region.nullable() },
}) satisfies z.ZodType<WireCamera>;
const person = z.object({ id: z.int(), meta: z.string() }) satisfies z.ZodType<WirePerson>;

const listOf = (item: z.ZodType) => z.object({ results: z.array(item) });
const pageOf = (item: z.ZodType) => listOf(item).extend({ next_page: z.string().optional() });
const faces = { 200: listOf(face) };
const pages = { 200: pageOf(face) };
const metas = { 200: listOf(z.object({ count: z.int(), face, meta: z.string() })) };

/** Photos as files, or as URLs where the operator allows them. */
function photosBody(schema: z.ZodObject, ...names: readonly string[]): Bodies {
  const each = (photo: z.ZodType) => schema.extend(Object.fromEntries(names.map((name) => [name, photo])));
  return { 'multipart/form-data': each(fileSchema), ...jsonBody(each(z.url())) };
}

/** What is null counts as left out. */
function withNulls(schema: z.ZodObject): Bodies {
  const fields = Object.entries(schema.shape) as [string, z.ZodType][];
  return jsonBody(z.object(Object.fromEntries(fields.map(([name, field]) => [name, field.nullable()]))));
}

const id = { id: z.int().min(0) };
const cameraId = { id: z.uuid() };
const gallery = { gallery: z.string().regex(/^[a-zA-Z0-9_-]{1,48}$/) };
const identify = {
  body: photosBody(identifySchema, 'photo'),
  answers: {
    200: z.object({ results: z.record(z.string(), z.array(z.object({ confidence: share, face }))) }),
  },
} as const;
const addFace = {
  body: photosBody(newFaceSchema, 'photo'),
  answers: faces,
  refusals: ['face-too-small', 'quality-too-low', 'pose-too-far', 'face-duplicate', 'references-full'],
} as const;

const recognition = {
  'POST /v1/detect': {
    summary: 'The faces of a photo',
    body: photosBody(featuresSchema, 'photo'),
    answers: { 200: z.object({ faces: z.array(boxSchema.extend(features)) }) },
  },
  'POST /v1/verify': {
    summary: 'Whether faces of two photos are one person’s',
    body: photosBody(verifySchema, 'photo1', 'photo2'),
    answers: { 200: z.object({ results: z.array(pair), verified: z.boolean().optional() }) },
  },
  'POST /v1/identify': { summary: 'Whose the faces of a photo are', ...identify },
  'POST /v1/face/gallery/:gallery/identify': {
    ...{ summary: 'Whose the faces of a photo are, in one gallery', ...identify, path: gallery },
    refusals: ['collection-unknown'],
  },
} as const satisfies DialectDescription['routes'];

const faceRoutes = {
  'POST /v1/face': { summary: 'Add the faces of a photo', ...addFace },
  'POST /v1/face/gallery/:gallery': {
    ...{ summary: 'Add the faces of a photo to a gallery', ...addFace, path: gallery },
    refusals: [...addFace.refusals, 'collection-unknown'],
  },
  'GET /v1/face/id/:id': {
    ...{ summary: 'A face', path: id, answers: { 200: face }, refusals: ['reference-unknown'] },
  },
  'GET /v1/faces/id/:id': {
    ...{ summary: 'A face, in a list', path: id, answers: { 200: z.array(face) } },
    refusals: ['reference-unknown'],
  },
  'GET /v1/photo/:link': {
    summary: 'The photo that a link shows, until it ends',
    answers: { 200: { 'image/jpeg': fileSchema, 'application/octet-stream': fileSchema } },
    refusals: ['reference-unknown'],
    shows: 'in the path',
  },
  'PUT /v1/face/id/:id': {
    summary: 'Change what a face is called, whose it is, or its galleries',
    ...{ path: id, body: withNulls(changeSchema), bodyIsOptional: true, answers: { 200: face } },
    refusals: ['reference-unknown', 'person-unknown', 'collection-unknown'],
  },
  'DELETE /v1/face/id/:id': {
    ...{ summary: 'Delete a face', path: id, answers: { 204: 'empty' }, refusals: ['reference-unknown'] },
  },
  'GET /v1/faces': { summary: 'All faces, or a page of them', query: pageSchema, answers: pages },
  'GET /v1/face/gallery/:gallery': {
    ...{
      summary: 'The faces of a gallery, or a page of them',
      path: gallery,
      query: pageSchema,
      answers: pages,
    },
    refusals: ['collection-unknown'],
  },
  'GET /v1/face/meta/:meta': { summary: 'The faces with a meta', answers: faces },
  'GET /v1/face/gallery/:gallery/meta/:meta': {
    ...{ summary: 'The faces of a gallery with a meta', path: gallery, answers: faces },
    refusals: ['collection-unknown'],
  },
  'GET /v1/meta': { summary: 'All metas, with the first face of each', answers: metas },
  'GET /v1/meta/gallery/:gallery': {
    ...{ summary: 'The metas of a gallery', path: gallery, answers: metas, refusals: ['collection-unknown'] },
  },
} as const satisfies DialectDescription['routes'];

const galleryRoutes = {
  'GET /v1/galleries': { summary: 'All galleries', answers: { 200: listOf(z.string()) } },
  'POST /v1/galleries': {
    ...{ summary: 'Make a gallery', body: jsonBody(newGallerySchema.extend({ name: gallery.gallery })) },
    ...{ answers: { 201: 'empty' }, refusals: ['collection-exists'] },
  },
  'POST /v1/galleries/:gallery': {
    ...{
      summary: 'Make a gallery',
      path: gallery,
      answers: { 201: 'empty' },
      refusals: ['collection-exists'],
    },
  },
  'DELETE /v1/galleries/:gallery': {
    summary: 'Delete a gallery with its faces',
    ...{ path: gallery, answers: { 204: 'empty' }, refusals: ['collection-unknown'] },
  },
} as const satisfies DialectDescription['routes'];

const personRoutes = {
  'GET /v1/persons': { summary: 'All persons', answers: { 200: listOf(person) } },
  'GET /v1/person/id/:id': {
    ...{ summary: 'A person', path: id, answers: { 200: person }, refusals: ['person-unknown'] },
  },
  'GET /v1/person/history/id/:id': {
    ...{ summary: 'Where a person was seen', path: id, query: rangeSchema },
    ...{ answers: { 200: listOf(sighting) }, refusals: ['person-unknown'] },
  },
  'GET /v1/history/search': {
    ...{ summary: 'What cameras saw, as a link to a page has it', query: searchSchema },
    answers: { 200: pageOf(event) },
  },
  'POST /v1/history/search': {
    ...{ summary: 'What cameras saw, or a page of it', body: withNulls(searchSchema), bodyIsOptional: true },
    answers: { 200: pageOf(event) },
  },
} as const satisfies DialectDescription['routes'];

const cameraRoutes = {
  'POST /v1/camera': {
    ...{ summary: 'Make a camera', body: jsonBody(cameraSchema), bodyIsOptional: true },
    answers: { 201: camera },
  },
  'GET /v1/camera': { summary: 'All cameras', answers: { 200: z.array(camera) } },
  'GET /v1/camera/:id': {
    ...{ summary: 'A camera', path: cameraId, answers: { 200: camera }, refusals: ['camera-unknown'] },
  },
  'PUT /v1/camera/:id': {
    ...{ summary: 'Change a camera', path: cameraId, body: jsonBody(cameraSchema), bodyIsOptional: true },
    ...{ answers: { 200: camera }, refusals: ['camera-unknown'] },
  },
  'DELETE /v1/camera/:id': {
    summary: 'Delete a camera',
    ...{ path: cameraId, answers: { 204: 'empty' }, refusals: ['camera-unknown'] },
  },
} as const satisfies DialectDescription['routes'];

export const description: DialectDescription = {
  title: 'FindFace Enterprise Server',
  version: '1',
  credential: {
    ...{ type: 'apiKey', in: 'header', name: 'Authorization' },
    description: 'The word Token, a space, and the token',
  },
  refusal: z.object({
    code: z.union([z.string(), z.int()]),
    reason: z.string(),
    faces: z.array(boxSchema).optional(),
  }),
  pages: versions.map((version) => `/docs/${version}` as const),
  routes: {
    'GET /docs': { summary: 'The versions that are documented', answers: { 200: listOf(z.enum(versions)) } },
    ...recognition,
    ...faceRoutes,
    ...galleryRoutes,
    ...personRoutes,
    ...cameraRoutes,
  },
};
