import { services as allServices } from '../../../src/domain/credential.ts';
import { createEnfaceDialect } from '../../../src/http/dialects/enface/dialect.ts';
import type { Material } from './material.ts';
import type { Sample, Surface } from './surface.ts';

const refusal = (status: number, message: string) => () => ({
  ...{ status, body: { status: 'error', message } },
});
const show = (token: string, sample: Sample): Sample => ({ ...sample, headers: { token } });

let named = 0;
const defaultId = '13814001-1dd2-11b2-b619-5502c27ed19c';
const nothing = 'c2a61a30-8986-11ea-98f0-de0b10ae4112';
const person = ({ mine }: Material) => ({
  json: { list_id: mine.collection.id, person_id: mine.reference.personId },
});
const pictures = ({ picture }: Material, ...parts: string[]) => ({
  files: parts.map((part) => ({ part, bytes: picture })),
});

/** A sample for each of the verbs. */
function on(
  methods: readonly string[],
  path: string,
  sample: (material: Material) => Omit<Sample, 'path'>,
): Surface['samples'] {
  const at = (material: Material): Sample => ({ path: `/v1${path}`, ...sample(material) });
  return Object.fromEntries(methods.map((method) => [`${method} /v1${path}`, at]));
}

export const enface: Surface = {
  open: createEnfaceDialect,
  async issue({ access }, wish) {
    const { credential, secret } = await access.create({
      ...{ dialect: 'enface', services: allServices, name: '', ...wish },
    });
    return { id: credential.id, show: (sample) => show(secret, sample) };
  },
  guess: (sample) => show(nothing, sample),
  showForeign: show,
  /** What is no picture was processed, and nothing said is as usual. */
  forgives: (mistake) =>
    mistake === 'a body that is none' || mistake === 'no body' || /: (null|"")$/.test(mistake),
  refusesWell: ({ json }) => (json as { status?: string } | undefined)?.status === 'error',
  ownTexts: [
    { says: /^invalid schema$/, about: 'all' },
    { says: /^image format is unknown$/, about: ['image', 'images'] },
    { says: /^no image attached$/, about: ['image', 'images'] },
    { says: /^nothing to change$/, about: ['name', 'fields', 'expires', 'valid_days'] },
    { says: /^id or \[ids\] must exist$/, about: ['body', 'token_id', 'group_id', 'source_id', 'list_id'] },
  ],
  refusals: {
    none: refusal(401, 'unauthorized'),
    unknown: refusal(401, 'unauthorized'),
    forbidden: refusal(403, 'access denied'),
    tooMany: refusal(429, 'too many wrong credentials, please try again later'),
  },
  samples: {
    ...on(['GET', 'POST'], '/tokens', () => ({ elsewhere: 200 })),
    ...on(['POST'], '/token/create', () => ({ json: {}, status: 201, elsewhere: 201 })),
    // That the caller has no such token is 200 in this API.
    ...on(['PUT', 'POST'], '/token/update', () => ({
      ...{ json: { token_id: nothing, expires: 'never' }, elsewhere: 200 },
    })),
    ...on(['DELETE', 'POST'], '/token/delete', () => ({ json: { token_id: nothing }, elsewhere: 200 })),
    ...on(['GET', 'POST'], '/source/groups', () => ({ elsewhere: 200 })),
    ...on(['POST'], '/source/group/create', ({ mine }) => ({
      ...{ json: { name: `group ${mine.collection.slug} ${++named}` }, status: 201, elsewhere: 201 },
    })),
    ...on(['PUT', 'POST'], '/source/group/update', () => ({
      ...{ json: { group_id: nothing, name: 'other' }, elsewhere: 200 },
    })),
    ...on(['DELETE', 'POST'], '/source/group/delete', () => ({
      json: { group_id: nothing },
      elsewhere: 200,
    })),
    'GET /v1/sources': () => ({ path: `/v1/sources?group_id=${defaultId}`, elsewhere: 200 }),
    ...on(['POST'], '/sources', () => ({ json: { group_id: defaultId }, elsewhere: 200 })),
    ...on(['POST'], '/source/create', ({ mine }) => ({
      json: { group_id: defaultId, name: 'camera', person_list_add: mine.collection.id },
      ...{ status: 201, elsewhere: 400 },
    })),
    ...on(['PUT', 'POST'], '/source/update', () => ({
      ...{ json: { source_id: nothing, name: 'other' }, elsewhere: 200 },
    })),
    ...on(['DELETE', 'POST'], '/source/delete', () => ({ json: { source_id: nothing }, elsewhere: 200 })),
    ...on(['GET', 'POST'], '/person/lists', () => ({ elsewhere: 200 })),
    ...on(['POST'], '/person/list/create', ({ mine }) => ({
      ...{ json: { name: `list ${mine.collection.slug}` }, status: 201, elsewhere: 201 },
    })),
    // Her only list is her default one, which keeps its name and stays.
    ...on(['PUT', 'POST'], '/person/list/update', ({ mine }) => ({
      ...{ json: { list_id: mine.collection.id, name: 'other' }, elsewhere: 400 },
    })),
    ...on(['DELETE', 'POST'], '/person/list/delete', ({ mine }) => ({
      ...{ json: { list_id: mine.collection.id }, elsewhere: 200 },
    })),
    ...on(['POST'], '/person/create', (material) => ({ ...pictures(material, 'image'), elsewhere: 200 })),
    ...on(['POST'], '/person', (material) => ({ ...person(material), elsewhere: 404 })),
    'GET /v1/person': (material) => ({
      ...{ path: `/v1/person?${new URLSearchParams(person(material).json)}`, elsewhere: 404 },
    }),
    ...on(['PUT', 'POST'], '/person/update', (material) => ({
      ...{ json: { ...person(material).json, fields: ['x'] }, elsewhere: 404 },
    })),
    ...on(['DELETE', 'POST'], '/person/delete', (material) => ({ ...person(material), elsewhere: 404 })),
    ...on(['POST'], '/action', (material) => ({
      ...pictures(material, 'image'),
      status: 201,
      elsewhere: 201,
    })),
    ...on(['POST'], '/compare', (material) => ({
      ...pictures(material, 'images', 'images'),
      elsewhere: 200,
    })),
    ...on(['POST'], '/detect', (material) => ({ ...pictures(material, 'images'), elsewhere: 200 })),
  },
};
