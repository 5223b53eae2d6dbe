import { expect } from 'vitest';
import { services as allServices } from '../../../src/domain/credential.ts';
import { openOwnDialect } from '../../harness/own-api.ts';
import type { Material } from './material.ts';
import type { Sample, Surface } from './surface.ts';

const refusal = (status: number, code: string) => () => ({
  ...{ status, body: { error: { code, message: expect.any(String), details: expect.any(Object) } } },
});
const show = (key: string, sample: Sample): Sample => ({ ...sample, key });

const photograph = ({ picture }: Material) => ({
  body: Uint8Array.from(picture),
  headers: { 'Content-Type': 'image/jpeg' },
});
const vectors = ({ enrolled }: Material) => ({
  modelId: enrolled.template.modelId,
  list: [[...enrolled.template.vector]],
});
const slug = ({ mine }: Material) => mine.collection.slug;
const person = (material: Material) =>
  `/collections/${slug(material)}/persons/${encodeURIComponent(material.mine.reference.key)}`;
const reference = (material: Material) =>
  `/collections/${slug(material)}/references/${material.mine.reference.id}`;
const nothing = '00000000-0000-1000-8000-000000000000';

export const ostiary: Surface = {
  open: openOwnDialect,
  async issue({ access }, wish) {
    const { credential, secret } = await access.create({
      ...{ dialect: 'ostiary', services: allServices, name: '', ...wish },
    });
    return { id: credential.id, show: (sample) => show(secret, sample) };
  },
  guess: (sample) => show('A'.repeat(43), sample),
  showForeign: show,
  /** Nobody has a key of an id that is none: nothing is revoked. */
  forgives: (mistake, route) => route === 'DELETE /keys/:id' && mistake.startsWith('/'),
  ownTexts: [
    { says: /^The picture /, about: ['body'] },
    { says: /^There is no such /, about: ['id', 'personId'] },
  ],
  refusals: {
    none: refusal(401, 'unauthenticated'),
    unknown: refusal(401, 'credential-unknown'),
    forbidden: refusal(403, 'forbidden'),
    tooMany: refusal(429, 'too-many-attempts'),
  },
  samples: {
    'POST /keys': (material) => ({
      ...{ path: '/keys', json: { dialect: 'findface', collections: [slug(material)] } },
      ...{ status: 201, elsewhere: 404 },
    }),
    'GET /keys': () => ({ path: '/keys', elsewhere: 403 }),
    'DELETE /keys/:id': ({ mine }) => ({ path: `/keys/${mine.credential.id}`, elsewhere: 403 }),
    'POST /users': ({ mine }) => ({
      path: '/users',
      json: { login: `${mine.collection.slug}@example.com`, password: 'pa$$word' },
      ...{ status: 201, elsewhere: 403 },
    }),
    'GET /users': () => ({ path: '/users', elsewhere: 403 }),
    'PUT /users/:login/password': () => ({
      ...{ path: '/users/ann@example.com/password', json: { password: 'pa$$word' }, elsewhere: 403 },
    }),
    'DELETE /users/:login': () => ({ path: '/users/ann@example.com', elsewhere: 403 }),
    'GET /collections': () => ({ path: '/collections', elsewhere: 200 }),
    'POST /collections': ({ mine }) => ({
      ...{ path: '/collections', json: { slug: `by-${mine.collection.slug}` }, status: 201, elsewhere: 201 },
    }),
    'GET /collections/:collection': (material) => ({
      ...{ path: `/collections/${slug(material)}`, elsewhere: 404 },
    }),
    'PATCH /collections/:collection': (material) => ({
      ...{ path: `/collections/${slug(material)}`, json: { name: `Of ${slug(material)}` }, elsewhere: 404 },
    }),
    'DELETE /collections/:collection': (material) => ({
      ...{ path: `/collections/${slug(material)}`, elsewhere: 404 },
    }),
    'GET /collections/:collection/persons': (material) => ({
      ...{ path: `/collections/${slug(material)}/persons`, elsewhere: 404 },
    }),
    'POST /collections/:collection/persons': (material) => ({
      path: `/collections/${slug(material)}/persons`,
      ...{ json: { key: 'Bea' }, status: 201, elsewhere: 404 },
    }),
    'GET /collections/:collection/persons/:key': (material) => ({ path: person(material), elsewhere: 404 }),
    'PATCH /collections/:collection/persons/:key': (material) => ({
      ...{ path: person(material), json: { status: 'suspended' }, elsewhere: 404 },
    }),
    'POST /collections/:collection/persons/:key/merge': (material) => ({
      path: `${person(material)}/merge`,
      ...{ json: { into: material.mine.reference.key }, elsewhere: 404 },
    }),
    'DELETE /collections/:collection/persons/:key': (material) => ({
      ...{ path: person(material), elsewhere: 404 },
    }),
    'GET /collections/:collection/references': (material) => ({
      ...{ path: `/collections/${slug(material)}/references`, elsewhere: 404 },
    }),
    'GET /collections/:collection/references/:id': (material) => ({
      ...{ path: reference(material), elsewhere: 404 },
    }),
    'GET /collections/:collection/references/:id/picture': (material) => ({
      ...{ path: `${reference(material)}/picture`, elsewhere: 404 },
    }),
    'DELETE /collections/:collection/references/:id': (material) => ({
      ...{ path: reference(material), elsewhere: 404 },
    }),
    'POST /detect': (material) => ({ path: '/detect', ...photograph(material), elsewhere: 200 }),
    'POST /compare': ({ picture }) => ({
      path: '/compare',
      files: ['source', 'target'].map((part) => ({ part, bytes: picture })),
      elsewhere: 200,
    }),
    'POST /collections/:collection/persons/:key/references': (material) => ({
      path: `/collections/${slug(material)}/persons/Bea/references`,
      ...{ ...photograph(material), status: 201, elsewhere: 404 },
    }),
    'POST /collections/:collection/identify': (material) => ({
      path: `/collections/${material.mine.collection.id}/identify`,
      ...{ ...photograph(material), elsewhere: 404 },
    }),
    'POST /identify': (material) => ({
      path: `/identify?collections=${slug(material)}`,
      ...{ ...photograph(material), elsewhere: 404 },
    }),
    'POST /embed': (material) => ({ path: '/embed', ...photograph(material), elsewhere: 200 }),
    'POST /search': (material) => {
      const { modelId, list } = vectors(material);
      const json = { modelId, vectors: list, collections: [slug(material)] };
      return { path: '/search', json, elsewhere: 404 };
    },
    'POST /compare/vectors': (material) => {
      const { modelId, list } = vectors(material);
      return { path: '/compare/vectors', json: { modelId, sources: list, targets: list }, elsewhere: 200 };
    },
    'GET /models': () => ({ path: '/models', elsewhere: 200 }),
    'GET /health': () => ({ path: '/health', elsewhere: 403 }),
    'GET /history': () => ({ path: '/history', elsewhere: 200 }),
    'POST /history/prune': () => ({ path: '/history/prune', json: { dryRun: true }, elsewhere: 403 }),
    'POST /erasures': () => ({ path: '/erasures', json: { personId: nothing }, status: 404, elsewhere: 403 }),
    'GET /erasures/:personId': () => ({ path: `/erasures/${nothing}`, status: 404, elsewhere: 403 }),
    'POST /gallery/scrub': () => ({ path: '/gallery/scrub', status: 202, elsewhere: 403 }),
    'POST /gallery/verify': () => ({ path: '/gallery/verify', json: {}, status: 202, elsewhere: 403 }),
    'POST /models/switch': () => ({
      path: '/models/switch',
      json: { model: 'none' },
      status: 400,
      elsewhere: 403,
    }),
    'GET /models/left': () => ({ path: '/models/left', elsewhere: 403 }),
    'GET /audit': () => ({ path: '/audit', elsewhere: 403 }),
    'GET /jobs': () => ({ path: '/jobs', elsewhere: 403 }),
    'GET /jobs/:id': () => ({ path: `/jobs/${nothing}`, status: 404, elsewhere: 403 }),
    'POST /jobs/:id/cancel': () => ({ path: `/jobs/${nothing}/cancel`, status: 404, elsewhere: 403 }),
    'POST /exports': () => ({ path: '/exports', json: {}, status: 202, elsewhere: 403 }),
    'POST /imports': () => ({
      ...{ path: '/imports', json: { folder: 'nothing' }, status: 400, elsewhere: 403 },
    }),
    'POST /collections/:collection/enrolments': (material) => ({
      path: `/collections/${slug(material)}/enrolments`,
      ...{ json: { file: 'nothing.zip' }, status: 400, elsewhere: 403 },
    }),
    'POST /imports/compreface': (material) => ({
      path: '/imports/compreface',
      json: { url: 'http://127.0.0.1:8000', key: nothing, collection: slug(material) },
      ...{ status: 400, elsewhere: 403 },
    }),
    'POST /backups': () => ({ path: '/backups', status: 202, elsewhere: 403 }),
  },
};
