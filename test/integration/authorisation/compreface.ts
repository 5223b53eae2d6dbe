import { expect } from 'vitest';
import type { ServiceName } from '../../../src/domain/credential.ts';
import { createCompreFaceDialect } from '../../../src/http/dialects/compreface/dialect.ts';
import type { Material } from './material.ts';
import type { Sample, Surface } from './surface.ts';

const base = '/api/v1';
const nobodys = '00000000-0000-4000-8000-000000000000';

function serviceOf(route: string): ServiceName {
  if (route.includes('/detection/')) return 'detection';
  return route.includes('/verification/') ? 'verification' : 'recognition';
}

/** One vendor's route has the key in its path. */
function show(key: string, sample: Sample): Sample {
  if (sample.path.includes('/static/')) return { ...sample, path: sample.path.replace('<key>', key) };
  return { ...sample, key };
}

const unknown = (route: string) => {
  const service = serviceOf(route);
  const name = `${service.charAt(0).toUpperCase()}${service.slice(1)}`;
  const message = expect.stringMatching(new RegExp(`^${name} service with API Key [0-9a-f-]{36} not found$`));
  return { status: 404, body: { message, code: 10 } };
};

const upload = ({ picture }: Material) => ({ files: [{ bytes: picture }] });
const subject = ({ mine }: Material) => encodeURIComponent(mine.reference.key);
const vector = ({ enrolled }: Material) => [...enrolled.template.vector];

export const compreface: Surface = {
  open: createCompreFaceDialect,
  async issue({ access }, { right, reach, ...rest }, route) {
    const service = serviceOf(route);
    const scope = service === 'recognition' ? { right, reach } : { right: 'read' as const, reach: [] };
    const wish = { dialect: 'compreface', services: [service], name: '', ...scope, ...rest } as const;
    const { credential, secret } = await access.create(wish);
    return { id: credential.id, show: (sample) => show(secret, sample) };
  },
  guess: (sample) => show(nobodys, sample),
  showForeign: show,
  isSilent: true,
  ownTexts: [
    {
      // Also a threshold beyond its range is a picture without a face to its server.
      says: /^No face is found in the given image$/,
      about: ['file', 'source_image', 'target_image', 'det_prob_threshold'],
    },
  ],
  refusals: {
    none: (route) =>
      route.includes('/static/')
        ? { status: 400, body: { message: 'Service API key should be UUID', code: 26 } }
        : { status: 400, body: { message: 'Missing header: x-api-key', code: 20 } },
    unknown,
    forbidden: unknown,
    tooMany: () => ({ status: 429, body: { message: expect.any(String), code: 0 } }),
  },
  samples: {
    [`POST ${base}/recognition/subjects`]: () => ({
      ...{ path: `${base}/recognition/subjects`, json: { subject: 'Bea' } },
      ...{ status: 201, elsewhere: 201 },
    }),
    [`GET ${base}/recognition/subjects`]: () => ({ path: `${base}/recognition/subjects`, elsewhere: 200 }),
    [`PUT ${base}/recognition/subjects/:subject`]: (material) => ({
      ...{ path: `${base}/recognition/subjects/${subject(material)}`, json: { subject: 'Bea' } },
      elsewhere: 404,
    }),
    [`DELETE ${base}/recognition/subjects/:subject`]: (material) => ({
      ...{ path: `${base}/recognition/subjects/${subject(material)}`, elsewhere: 404 },
    }),
    [`DELETE ${base}/recognition/subjects`]: () => ({ path: `${base}/recognition/subjects`, elsewhere: 200 }),
    [`POST ${base}/recognition/faces`]: (material) => ({
      ...{ path: `${base}/recognition/faces?subject=Bea`, ...upload(material) },
      ...{ status: 201, elsewhere: 201 },
    }),
    [`GET ${base}/recognition/faces`]: () => ({ path: `${base}/recognition/faces`, elsewhere: 200 }),
    [`DELETE ${base}/recognition/faces`]: (material) => ({
      ...{ path: `${base}/recognition/faces?subject=${subject(material)}`, elsewhere: 200 },
    }),
    [`DELETE ${base}/recognition/faces/:image_id`]: ({ mine }) => ({
      ...{ path: `${base}/recognition/faces/${mine.reference.id}`, elsewhere: 404 },
    }),
    [`POST ${base}/recognition/faces/delete`]: ({ mine }) => ({
      ...{ path: `${base}/recognition/faces/delete`, json: [mine.reference.id], elsewhere: 200 },
    }),
    [`GET ${base}/recognition/faces/:image_id/img`]: ({ mine }) => ({
      ...{ path: `${base}/recognition/faces/${mine.reference.id}/img`, elsewhere: 200 },
    }),
    [`GET ${base}/static/:key/images/:image_id`]: ({ mine }) => ({
      ...{ path: `${base}/static/<key>/images/${mine.reference.id}`, elsewhere: 200 },
    }),
    [`POST ${base}/recognition/recognize`]: (material) => ({
      ...{ path: `${base}/recognition/recognize`, ...upload(material), elsewhere: 200 },
    }),
    [`POST ${base}/detection/detect`]: (material) => ({
      ...{ path: `${base}/detection/detect`, ...upload(material), elsewhere: 200 },
    }),
    [`POST ${base}/recognition/faces/:image_id/verify`]: ({ mine, picture }) => ({
      ...{ path: `${base}/recognition/faces/${mine.reference.id}/verify`, files: [{ bytes: picture }] },
      elsewhere: 404,
    }),
    [`POST ${base}/verification/verify`]: ({ picture }) => ({
      path: `${base}/verification/verify`,
      files: ['source_image', 'target_image'].map((part) => ({ part, bytes: picture })),
      elsewhere: 200,
    }),
    [`POST ${base}/recognition/embeddings/recognize`]: (material) => ({
      ...{ path: `${base}/recognition/embeddings/recognize`, json: { embeddings: [vector(material)] } },
      elsewhere: 200,
    }),
    [`POST ${base}/recognition/embeddings/faces/:image_id/verify`]: (material) => ({
      path: `${base}/recognition/embeddings/faces/${material.mine.reference.id}/verify`,
      ...{ json: { embeddings: [vector(material)] }, elsewhere: 404 },
    }),
    [`POST ${base}/verification/embeddings/verify`]: (material) => ({
      path: `${base}/verification/embeddings/verify`,
      ...{ json: { source: vector(material), targets: [vector(material)] }, elsewhere: 200 },
    }),
  },
};
