import { z } from 'zod';
import {
  type Bodies,
  type DialectDescription,
  fileSchema,
  filesBody,
  jsonBody,
  type RouteDescription,
} from '../../openapi/description.ts';
import {
  addFaceQuery,
  deleteFacesQuery,
  embeddingsBody,
  fileBody,
  imageIdsBody,
  listFacesQuery,
  pictureQuery,
  recognizeQuery,
  searchQuery,
  sourceAndTargetsBody,
  subjectBody,
  twoFilesBody,
  type WireBox,
  type WireExample,
  type WireFace,
  type WireSubject,
} from './wire.ts';

const share = z.number().min(0).max(1);
const box = z.object({
  ...{ probability: share, x_max: z.int(), y_max: z.int(), x_min: z.int(), y_min: z.int() },
}) satisfies z.ZodType<WireBox>;
const face = z.object({
  age: z.object({ probability: share, high: z.int(), low: z.int() }).exactOptional(),
  gender: z.object({ probability: share, value: z.enum(['male', 'female']) }).exactOptional(),
  pose: z.object({ pitch: z.number(), roll: z.number(), yaw: z.number() }).exactOptional(),
  embedding: z.array(z.number()).exactOptional(),
  box,
  landmarks: z.array(z.tuple([z.int(), z.int()])).exactOptional(),
  execution_time: z.record(z.string(), z.number()).exactOptional(),
}) satisfies z.ZodType<WireFace>;
const subjectFound = z.object({
  ...{ subject: z.string(), similarity: share, image_id: z.uuid() },
}) satisfies z.ZodType<WireSubject>;
const example = z.object({ image_id: z.uuid(), subject: z.string() }) satisfies z.ZodType<WireExample>;
const versions = { plugins_versions: z.record(z.string(), z.string()).optional() };
const scored = z.object({ embedding: z.array(z.number()), similarity: share });

/** What a subject may be called. */
const subjectName = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[^;/\\]*[^\s;/\\][^;/\\]*$/);
const newSubject = jsonBody(subjectBody.extend({ subject: subjectName }));
const onePicture: Bodies = { ...filesBody(...Object.keys(fileBody.shape)), ...jsonBody(fileBody) };
const twoPictures: Bodies = { ...filesBody(...Object.keys(twoFilesBody.shape)), ...jsonBody(twoFilesBody) };
const imageId = { image_id: z.uuid() };
const picture = { 200: { 'application/octet-stream': fileSchema } };

const subjects = {
  'POST /api/v1/recognition/subjects': {
    summary: 'Add a subject',
    body: newSubject,
    answers: { 201: z.object({ subject: z.string() }) },
    refusals: ['person-exists', 'key-illegal'],
  },
  'GET /api/v1/recognition/subjects': {
    summary: 'List all subjects',
    answers: { 200: z.object({ subjects: z.array(z.string()) }) },
  },
  'PUT /api/v1/recognition/subjects/:subject': {
    summary: 'Rename a subject; under a name that is taken the two become one',
    body: newSubject,
    answers: { 200: z.object({ updated: z.boolean() }) },
    refusals: ['person-unknown', 'key-illegal'],
  },
  'DELETE /api/v1/recognition/subjects/:subject': {
    summary: 'Delete a subject with its examples',
    answers: { 200: z.object({ subject: z.string() }) },
    refusals: ['person-unknown'],
  },
  'DELETE /api/v1/recognition/subjects': {
    summary: 'Delete all subjects with their examples',
    answers: { 200: z.object({ deleted: z.int() }) },
  },
} as const satisfies DialectDescription['routes'];

const examples = {
  'POST /api/v1/recognition/faces': {
    summary: 'Save an example of a subject',
    query: addFaceQuery.extend({ subject: subjectName }),
    body: onePicture,
    answers: { 201: example },
    refusals: ['several-faces', 'face-too-small', 'quality-too-low', 'pose-too-far', 'face-duplicate'],
  },
  'GET /api/v1/recognition/faces': {
    summary: 'List saved examples by pages',
    query: listFacesQuery,
    answers: {
      200: z.object({
        faces: z.array(example),
        ...{ page_number: z.int(), page_size: z.int(), total_pages: z.int(), total_elements: z.int() },
      }),
    },
  },
  'DELETE /api/v1/recognition/faces': {
    summary: 'Delete all examples, or those of a subject',
    query: deleteFacesQuery,
    answers: { 200: z.object({ deleted: z.int() }) },
  },
  'DELETE /api/v1/recognition/faces/:image_id': {
    summary: 'Delete an example',
    path: imageId,
    answers: { 200: example },
    refusals: ['reference-unknown'],
  },
  'POST /api/v1/recognition/faces/delete': {
    summary: 'Delete several examples',
    body: jsonBody(imageIdsBody),
    answers: { 200: z.array(example) },
  },
  'GET /api/v1/recognition/faces/:image_id/img': {
    summary: 'The picture of an example',
    path: imageId,
    answers: picture,
    refusals: ['reference-unknown'],
  },
  'GET /api/v1/static/:key/images/:image_id': {
    summary: 'The picture of an example, as pages show it',
    path: { ...imageId, key: z.uuid() },
    answers: picture,
    refusals: ['reference-unknown'],
    shows: 'in the path',
  },
} as const satisfies DialectDescription['routes'];

const recognised = z.object({
  result: z.array(face.extend({ subjects: z.array(subjectFound) })),
  ...versions,
});
const pictures = {
  'POST /api/v1/recognition/recognize': {
    summary: 'Who is in a picture',
    query: recognizeQuery,
    body: onePicture,
    answers: { 200: recognised },
  },
  'POST /api/v1/detection/detect': {
    summary: 'Where faces are in a picture',
    query: pictureQuery,
    body: onePicture,
    answers: { 200: z.object({ result: z.array(face), ...versions }) },
  },
  'POST /api/v1/recognition/faces/:image_id/verify': {
    summary: 'Whether a picture shows the subject of an example',
    path: imageId,
    query: pictureQuery,
    body: onePicture,
    answers: {
      200: z.object({
        result: z.array(face.extend({ subject: z.string(), similarity: share })),
        ...versions,
      }),
    },
    refusals: ['reference-unknown'],
  },
  'POST /api/v1/verification/verify': {
    summary: 'Whether two pictures show the same face',
    query: pictureQuery,
    body: twoPictures,
    answers: {
      200: z.object({
        result: z.array(
          z.object({
            source_image_face: face,
            face_matches: z.array(face.extend({ similarity: share })),
            ...versions,
          }),
        ),
      }),
    },
    refusals: ['several-faces'],
  },
} as const satisfies DialectDescription['routes'];

const embeddings = {
  'POST /api/v1/recognition/embeddings/recognize': {
    summary: 'Whose embeddings these are',
    query: searchQuery,
    body: jsonBody(embeddingsBody),
    answers: {
      200: z.object({
        result: z.array(z.object({ embedding: z.array(z.number()), similarities: z.array(subjectFound) })),
      }),
    },
    refusals: ['template-mismatch'],
  },
  'POST /api/v1/recognition/embeddings/faces/:image_id/verify': {
    summary: 'How similar embeddings are to an example',
    path: imageId,
    body: jsonBody(embeddingsBody),
    answers: { 200: z.object({ result: z.array(scored) }) },
    refusals: ['reference-unknown', 'template-mismatch'],
  },
  'POST /api/v1/verification/embeddings/verify': {
    summary: 'How similar embeddings are to another',
    body: jsonBody(sourceAndTargetsBody),
    answers: { 200: z.object({ result: z.array(scored) }) },
    refusals: ['template-mismatch'],
  },
} as const satisfies DialectDescription['routes'];

const open: Readonly<Record<`GET /${string}`, RouteDescription>> = {
  'GET /api/v1/config': {
    summary: 'How large uploads may be',
    answers: { 200: z.object({ clientMaxFileSize: z.int(), clientMaxBodySize: z.int() }) },
  },
  'GET /api/v1/consistence/status': {
    summary: 'Whether the service can be used',
    answers: {
      200: z.object({
        demoFaceCollectionIsInconsistent: z.boolean(),
        ...{ dbIsInconsistent: z.boolean(), saveImagesToDB: z.boolean(), status: z.string() },
      }),
    },
  },
};

export const description: DialectDescription = {
  title: 'CompreFace',
  version: '1.2',
  credential: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  refusal: z.object({ message: z.string(), code: z.int() }),
  routes: { ...open, ...subjects, ...examples, ...pictures, ...embeddings },
};
