import { services as allServices } from '../../../src/domain/credential.ts';
import { openFindFace } from '../../harness/findface.ts';
import type { Material } from './material.ts';
import type { Sample, Surface } from './surface.ts';

const refusal = (status: number, code: string, reason: string) => () => ({
  ...{ status, body: { code, reason } },
});
const unauthorized = refusal(401, 'UNAUTHORIZED', 'The token is missing or not valid');
const show = (secret: string, sample: Sample): Sample => ({
  ...{ ...sample, headers: { Authorization: `Token ${secret}` } },
});

const gallery = ({ mine }: Material) => mine.collection.slug;
const face = ({ mine }: Material) => mine.reference.faceNumber;
const meta = ({ mine }: Material) => encodeURIComponent(mine.reference.key);
const photo = ({ picture }: Material, part = 'photo') => ({ part, bytes: picture });

/** Names nothing of the gallery, so that another caller is answered about her own. */
const about =
  (path: string, more: Partial<Sample> = {}) =>
  () => ({ path, elsewhere: 200, ...more });
const onGallery =
  (path: (name: string) => string, more: Partial<Sample> = {}) =>
  (material: Material) => ({
    ...{ path: path(gallery(material)), elsewhere: 404, ...more },
  });
const onFace =
  (path: (id: number) => string, more: Partial<Sample> = {}) =>
  (material: Material) => ({
    ...{ path: path(face(material)), elsewhere: 404, ...more },
  });
const onPerson = (path: (id: number) => string) => (material: Material) => ({
  ...{ path: path(material.person.number), elsewhere: 404 },
});
/** Everybody's. */
const onCamera =
  (more: Partial<Sample> = {}) =>
  (material: Material) => ({
    ...{ path: `/v0/camera/${material.camera.id}`, elsewhere: 200, ...more },
  });

export const findface: Surface = {
  open: (services) => openFindFace(services),
  async issue({ access }, wish) {
    const { credential, secret } = await access.create({
      ...{ dialect: 'findface', services: allServices, name: '', ...wish },
    });
    return { id: credential.id, show: (sample) => show(secret, sample) };
  },
  guess: (sample) => show('A'.repeat(43), sample),
  showForeign: show,
  ownTexts: [
    { says: /^The picture /, about: ['photo', 'photo1', 'photo2'] },
    { says: /^There is no such camera$/, about: ['id'] },
  ],
  refusals: {
    none: unauthorized,
    unknown: unauthorized,
    forbidden: refusal(403, 'FORBIDDEN', 'The token may not change this'),
    tooMany: refusal(429, 'LIMIT_REACHED', 'Too many wrong tokens, please try again later'),
  },
  samples: {
    'POST /v1/detect': (material) => ({
      ...{ path: '/v1/detect', files: [photo(material)], elsewhere: 200 },
    }),
    'POST /v1/verify': (material) => ({
      path: '/v1/verify',
      files: [photo(material, 'photo1'), photo(material, 'photo2')],
      elsewhere: 200,
    }),
    'POST /v1/identify': (material) => ({
      ...{ path: '/v1/identify', files: [photo(material)], elsewhere: 200 },
    }),
    'POST /v1/face/gallery/:gallery/identify': (material) => ({
      path: `/v1/face/gallery/${gallery(material)}/identify`,
      ...{ files: [photo(material)], elsewhere: 404 },
    }),
    'POST /v1/face': (material) => ({ path: '/v1/face', files: [photo(material)], elsewhere: 200 }),
    'POST /v1/face/gallery/:gallery': (material) => ({
      path: `/v1/face/gallery/${gallery(material)}`,
      ...{ files: [photo(material)], elsewhere: 404 },
    }),
    'GET /v1/face/id/:id': onFace((id) => `/v0/face/id/${id}`),
    'GET /v1/faces/id/:id': onFace((id) => `/v1/faces/id/${id}`),
    'PUT /v1/face/id/:id': onFace((id) => `/v0/face/id/${id}`, { json: { meta: 'Sam' } }),
    'DELETE /v1/face/id/:id': onFace((id) => `/v0/face/id/${id}`, { status: 204 }),
    'GET /v1/faces': about('/v0/faces'),
    'GET /v1/face/gallery/:gallery': onGallery((name) => `/v0/faces/gallery/${name}`),
    'GET /v1/face/meta/:meta': (material) => ({
      ...{ path: `/v0/face/meta/${meta(material)}`, elsewhere: 200 },
    }),
    'GET /v1/face/gallery/:gallery/meta/:meta': (material) => ({
      ...{ path: `/v1/faces/gallery/${gallery(material)}/meta/${meta(material)}`, elsewhere: 404 },
    }),
    'GET /v1/galleries': about('/v0/galleries'),
    'POST /v1/galleries': about('/v0/galleries', {
      json: { name: 'new' },
      status: 201,
      elsewhere: 201,
    }),
    'POST /v1/galleries/:gallery': about('/v0/galleries/new', { status: 201, elsewhere: 201 }),
    'DELETE /v1/galleries/:gallery': onGallery((name) => `/v0/galleries/${name}`, { status: 204 }),
    'GET /v1/persons': about('/v0/persons'),
    'GET /v1/person/id/:id': onPerson((id) => `/v0/person/id/${id}`),
    'GET /v1/person/history/id/:id': onPerson((id) => `/v0/person/history/id/${id}`),
    'GET /v1/history/search': about('/v0/history/search'),
    'POST /v1/history/search': about('/v0/history/search', { json: { limit: 2 } }),
    'POST /v1/camera': about('/v0/camera', { json: { meta: 'door' }, status: 201, elsewhere: 201 }),
    'GET /v1/camera': about('/v0/camera'),
    'GET /v1/camera/:id': onCamera(),
    'PUT /v1/camera/:id': onCamera({ json: { meta: 'door' }, elsewhere: 403, reach: 'all' }),
    'DELETE /v1/camera/:id': onCamera({ status: 204, elsewhere: 403, reach: 'all' }),
    'GET /v1/meta': about('/v0/meta'),
    'GET /v1/meta/gallery/:gallery': onGallery((name) => `/v0/meta/gallery/${name}`),
  },
};
