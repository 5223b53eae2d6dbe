import { randomBytes } from 'node:crypto';
import { services as allServices } from '../../../src/domain/credential.ts';
import { createFaceMatchExpertDialect } from '../../../src/http/dialects/face-match-expert/dialect.ts';
import { createFaceData } from '../../../src/services/face-data.ts';
import { createSigning } from '../../../src/services/signing.ts';
import type { Material } from './material.ts';
import type { Sample, Surface } from './surface.ts';

const faceData = createFaceData(createSigning(randomBytes(32)));

const refusal = (status: number, error: string, message: string) => () => ({
  ...{ status, body: { error, message } },
});
const unauthorized = refusal(401, 'UNAUTHORIZED', 'Incorrect user credentials');
const show = (secret: string, sample: Sample): Sample => ({
  ...{ ...sample, headers: { Authorization: secret } },
});

const collection = ({ mine }: Material) => `/v1/collection/${mine.collection.slug}`;
const base64 = ({ picture }: Material) => picture.toString('base64');
const carried = ({ enrolled }: Material) => faceData.write(enrolled.template);

export const faceMatchExpert: Surface = {
  open: (services) => createFaceMatchExpertDialect({ ...services, faceData }),
  async issue({ access }, wish) {
    const login = `ost-${randomBytes(6).toString('hex')}`;
    const { credential, secret } = await access.create({
      ...{ dialect: 'face-match-expert', services: allServices, name: '', login, ...wish },
    });
    return { id: credential.id, show: (sample) => show(secret, sample) };
  },
  guess: (sample) => show('ost-000000000000:nothing', sample),
  showForeign: show,
  refusals: {
    none: unauthorized,
    unknown: unauthorized,
    forbidden: refusal(403, 'FORBIDDEN', 'The credentials may not change collections'),
    tooMany: refusal(429, 'TOO MANY REQUESTS', 'Too many incorrect user credentials, please try again later'),
  },
  samples: {
    'POST /v1/collection/:collectionId/add': (material) => ({
      path: `${collection(material)}/add`,
      json: [{ id: 'image_01', image: base64(material) }],
      elsewhere: 404,
    }),
    'POST /v1/collection/:collectionId/search/image': (material) => ({
      path: `${collection(material)}/search/image`,
      json: { image: base64(material) },
      elsewhere: 404,
    }),
    'POST /v1/collection/:collectionId/search/face-data': (material) => ({
      path: `${collection(material)}/search/face-data`,
      json: { faceData: carried(material) },
      elsewhere: 404,
    }),
    'DELETE /v1/collection/:collectionId/delete': (material) => ({
      path: `${collection(material)}/delete`,
      json: { id: material.mine.reference.key },
      elsewhere: 404,
    }),
    'POST /v1/detect': (material) => ({
      path: '/v1/detect',
      json: { image: base64(material) },
      elsewhere: 200,
    }),
    'POST /v1/compare/image': (material) => ({
      path: '/v1/compare/image',
      json: { image1: base64(material), image2: base64(material) },
      elsewhere: 200,
    }),
    'POST /v1/compare/face-data': (material) => ({
      path: '/v1/compare/face-data',
      json: { faceData1: carried(material), faceData2: carried(material) },
      elsewhere: 200,
    }),
  },
};
