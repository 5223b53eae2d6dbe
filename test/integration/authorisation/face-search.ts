import { services as allServices } from '../../../src/domain/credential.ts';
import { createFaceSearchDialect } from '../../../src/http/dialects/face-search/dialect.ts';
import { createRegistered } from '../../../src/services/registered.ts';
import type { Material } from './material.ts';
import type { Sample, Surface } from './surface.ts';

const refusal = (status: number, code: string, message: string) => () => ({
  ...{ status, body: { code, message } },
});
const show = (secret: string, sample: Sample): Sample => ({ ...sample, key: secret });

const base64 = ({ picture }: Material) => picture.toString('base64');
const placed = ({ mine }: Material) => ({ collection_name: mine.collection.name });
const person = (material: Material) => ({
  ...{ ...placed(material), person_id: material.mine.reference.key },
});

export const faceSearch: Surface = {
  open: (services) => createFaceSearchDialect({ ...services, registered: createRegistered(services) }),
  async issue({ access }, wish) {
    const { credential, secret } = await access.create({
      ...{ dialect: 'face-search', services: allServices, name: '', ...wish },
    });
    return { id: credential.id, show: (sample) => show(secret, sample) };
  },
  guess: (sample) => show('a-key-that-nobody-has', sample),
  showForeign: show,
  ownTexts: [{ says: /^The Content-Type must be application\/json\.$/, about: ['body'] }],
  refusals: {
    none: refusal(401, 'ERR_API_KEY_NOT_PRESENT', 'The API key is missing from the request.'),
    unknown: refusal(401, 'ERR_API_KEY_NOT_VALID', 'The API key is not valid.'),
    forbidden: refusal(403, 'ERR_FORBIDDEN', 'The API key may not change collections.'),
    tooMany: refusal(
      429,
      'ERR_TOO_MANY_REQUESTS',
      'Too many invalid API keys were sent, please retry your request later.',
    ),
  },
  samples: {
    'POST /collection': ({ mine }) => ({
      path: '/collection',
      json: { name: `new.${mine.collection.name}` },
      elsewhere: 200,
    }),
    'DELETE /collection': ({ mine }) => ({
      path: '/collection',
      json: { name: mine.collection.name },
      elsewhere: 404,
    }),
    'GET /collections': () => ({ path: '/collections', elsewhere: 200 }),
    'PUT /person': (material) => ({
      path: '/person',
      json: { ...person(material), person_name: 'Ann', face_base_64: base64(material) },
      elsewhere: 404,
    }),
    'PUT /persons': (material) => ({
      path: '/persons',
      json: {
        ...placed(material),
        Persons: [{ person_id: 'F1', person_name: 'Ann', face_base_64: base64(material) }],
      },
      elsewhere: 404,
    }),
    'GET /person': (material) => ({
      path: `/person?${new URLSearchParams(person(material))}`,
      elsewhere: 404,
    }),
    'DELETE /person': (material) => ({ path: '/person', json: person(material), elsewhere: 404 }),
    'POST /face-search': (material) => ({
      path: '/face-search',
      json: { ...placed(material), face_base_64: base64(material) },
      elsewhere: 404,
    }),
    'POST /multi-face-search': (material) => ({
      path: '/multi-face-search',
      json: { ...placed(material), multi_face_img_base_64: base64(material) },
      elsewhere: 404,
    }),
    'POST /compare': (material) => ({
      path: '/compare',
      json: { face_base_64: base64(material), ref_face_base_64: base64(material) },
      elsewhere: 200,
    }),
    'POST /face-compare': (material) => ({
      path: '/face-compare',
      json: { face_base_64: base64(material), ref_face_base_64: base64(material) },
      elsewhere: 200,
    }),
    // The network is not installed here; that a check is an error, and no refusal of the key, shows who was let in.
    'POST /liveness': (material) => ({
      path: '/liveness',
      json: { face_base_64: base64(material) },
      status: 400,
      elsewhere: 400,
    }),
  },
};
