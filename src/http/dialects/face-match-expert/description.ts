import { z } from 'zod';
import { base64Picture, type DialectDescription, jsonBody } from '../../openapi/description.ts';
import {
  addBody,
  deleteBody,
  faceDataBody,
  imageBody,
  twoFaceDataBody,
  twoImagesBody,
  type WireComparison,
  type WireFace,
  type WireHit,
} from './wire.ts';

const point = z.tuple([z.int(), z.int()]).meta({ description: '[x, y] in pixels of the picture' });
const points = { leftEye: point, rightEye: point, mouthLeft: point, mouthRight: point, nose: point };
const face = z.object({
  faceData: z.string().meta({ description: 'Opaque; to be given back as it is' }),
  faceImage: base64Picture,
  ...points,
}) satisfies z.ZodType<WireFace>;
const similarity = z.number().min(0).max(1);
const hits = z.array(z.object({ id: z.string(), similarity, ...points }) satisfies z.ZodType<WireHit>);
const comparison = z.object({ similarity }) satisfies z.ZodType<WireComparison>;
const nothing = z.object({});

export const description: DialectDescription = {
  title: 'Face.Match.Expert',
  version: '1',
  credential: {
    ...{ type: 'apiKey', in: 'header', name: 'Authorization' },
    description: 'API_LOGIN:API_PASSWORD, without a word before it',
  },
  refusal: z.object({ error: z.string(), message: z.string() }),
  routes: {
    'POST /v1/collection/:collectionId/add': {
      summary: 'Add pictures to a collection, all or none of them',
      body: jsonBody(addBody),
      answers: { 200: nothing },
      refusals: ['collection-unknown', 'person-exists', 'key-illegal', 'several-faces'],
    },
    'POST /v1/collection/:collectionId/search/image': {
      summary: 'Search a collection for the largest face of a picture',
      body: jsonBody(imageBody),
      answers: { 200: hits },
      refusals: ['collection-unknown'],
    },
    'POST /v1/collection/:collectionId/search/face-data': {
      summary: 'Search a collection for a face that was detected before',
      body: jsonBody(faceDataBody),
      answers: { 200: hits },
      refusals: ['collection-unknown', 'template-mismatch'],
    },
    'DELETE /v1/collection/:collectionId/delete': {
      summary: 'Delete a picture from a collection',
      body: jsonBody(deleteBody),
      answers: { 200: nothing },
      refusals: ['collection-unknown', 'person-unknown'],
    },
    'POST /v1/detect': {
      summary: 'The faces of a picture',
      body: jsonBody(imageBody),
      answers: { 200: z.array(face) },
    },
    'POST /v1/compare/image': {
      summary: 'How similar the largest faces of two pictures are',
      body: jsonBody(twoImagesBody),
      answers: { 200: comparison },
    },
    'POST /v1/compare/face-data': {
      summary: 'How similar two faces are that were detected before',
      body: jsonBody(twoFaceDataBody),
      answers: { 200: comparison },
      refusals: ['template-mismatch'],
    },
  },
};
