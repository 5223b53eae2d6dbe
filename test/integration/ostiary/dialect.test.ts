import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CompareVectorsAnswer,
  EmbedAnswer,
  IdentifyAnswer,
  SearchAnswer,
} from '../../../src/http/dialects/ostiary/wire.ts';
import type { TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';

let app: TestApp;
let ask: OwnApi['ask'];
let ann: Buffer;
let annLater: Buffer;
let bea: Buffer;
let room: Buffer;
const modelId = 'face-api-recognition-1';

beforeAll(async () => {
  ({ app, ask } = await startOwnApi({ bodyLimits: { maxFileBytes: 2 * 1024 * 1024 } }));
  const pictures = [portrait('ann'), portrait('ann', 'other'), portrait('bea'), emptyRoom()] as const;
  [ann, annLater, bea, room] = await Promise.all(pictures);
});
afterAll(() => app[Symbol.asyncDispose]());

const picture = (bytes: Buffer): Call => ({
  body: Uint8Array.from(bytes),
  headers: { 'Content-Type': 'image/jpeg' },
});
const pair = (source: Buffer, target: Buffer): Call => ({
  files: [
    { part: 'source', bytes: source },
    { part: 'target', bytes: target },
  ],
});

type Searched = { readonly candidates: readonly { readonly key: string; readonly collection: string }[] };
const namesOf = (faces: readonly Searched[]) =>
  faces
    .flatMap(({ candidates }) => candidates.map(({ key: name, collection }) => `${collection} ${name}`))
    .sort();

const box = {
  x: expect.any(Number),
  y: expect.any(Number),
  width: expect.any(Number),
  height: expect.any(Number),
};
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('our own API', () => {
  it('enrols a face, identifies it in another picture, and tells the score in both readings', async () => {
    const enrolled = await ask('POST', '/collections/default/persons/Ann%20Example/references', picture(ann));
    expect(enrolled).toMatchObject({
      status: 201,
      json: { key: 'Ann Example', personId: uuid, referenceId: uuid, box },
    });
    const { personId, referenceId } = enrolled.json as { personId: string; referenceId: string };
    const known = await ask('POST', '/collections/default/identify?limit=3', picture(annLater));
    expect(known.status).toBe(200);
    const [face] = (known.json as { faces: { candidates: unknown[] }[] }).faces;
    expect(face).toMatchObject({
      box,
      landmarks: expect.any(Array),
      quality: { overall: expect.any(Number) },
    });
    expect(face?.candidates).toEqual([
      {
        key: 'Ann Example',
        personId,
        referenceId,
        collection: 'default',
        similarity: expect.any(Number),
        fmr: expect.toSatisfy((fmr: number) => fmr <= 1e-3),
        extrapolated: true,
      },
    ]);
  });

  it('tells which rate it accepted, and how often strangers then find somebody', async () => {
    const path = '/collections/default/identify';
    const usual = await ask('POST', path, picture(annLater));
    expect(usual).toMatchObject({
      json: { threshold: { fmr: 1e-3, fpir: 1e-3, persons: 1, extrapolated: true } },
    });
    await ask('POST', '/collections/default/persons/Cleo/references', picture(await portrait('cleo')));
    await ask('POST', '/collections/default/persons/Dora/references', picture(await portrait('dora')));
    const perSearch = await ask('POST', `${path}?maxFpir=0.3`, picture(annLater));
    expect(perSearch).toMatchObject({
      json: { threshold: { fmr: 0.1, fpir: 0.271, persons: 3, extrapolated: false } },
    });
    // Three persons, and a rate that no table shows: only the picture itself is so near.
    const strict = `${path}?maxFpir=1e-12`;
    expect(await ask('POST', strict, picture(annLater))).toMatchObject({
      json: { threshold: { fmr: 3.33e-13, extrapolated: true }, faces: [{ candidates: [] }] },
    });
    const lenient = await ask('POST', `${path}?maxFmr=0.3`, picture(bea));
    expect((lenient.json as { faces: { candidates: unknown[] }[] }).faces[0]!.candidates).not.toEqual([]);
  });

  it('searches several collections, and tells in which one each candidate is', async () => {
    await ask('POST', '/collections', { json: { slug: 'guests' } });
    await ask('POST', '/collections/guests/persons/Beatrice/references', picture(bea));
    const both = await ask('POST', '/identify?collections=default,guests', picture(group(6)));
    const { threshold, faces } = both.json as { threshold: { persons: number }; faces: Searched[] };
    expect(threshold.persons).toBe(4);
    expect(namesOf(faces)).toEqual(['default Cleo', 'guests Beatrice']);
  });

  it('gives the vectors of faces, searches for many at once, and compares many with many', async () => {
    const { modelId, faces } = (await ask('POST', '/embed', picture(group(6)))).json as EmbedAnswer;
    const vectors = faces.map(({ vector }) => vector);
    expect(vectors.every(({ length }) => length === 128)).toBe(true);
    const json = { modelId, vectors, collections: ['default', 'guests'], maxFpir: 0.004 };
    const searched = await ask('POST', '/search', { json });
    const { results, threshold } = searched.json as SearchAnswer;
    expect(results).toHaveLength(faces.length);
    expect(threshold).toMatchObject({ fmr: 1e-3, persons: 4 });
    const known = await ask('POST', '/identify?collections=default,guests', picture(group(6)));
    const told = (known.json as IdentifyAnswer).faces.map(({ candidates }) =>
      candidates.map(({ key }) => key),
    );
    expect(results.map(({ candidates }) => candidates.map(({ key }) => key))).toEqual(told);

    const one = ((await ask('POST', '/embed', picture(bea))).json as EmbedAnswer).faces[0]!.vector;
    const other = ((await ask('POST', '/embed', picture(ann))).json as EmbedAnswer).faces[0]!.vector;
    const pairs = { modelId, sources: [other, one], targets: vectors };
    const compared = (await ask('POST', '/compare/vectors', { json: pairs })).json as CompareVectorsAnswer;
    const beatrice = told.findIndex((keys) => keys.includes('Beatrice'));
    expect(compared).toEqual({
      threshold: { fmr: 1e-3, extrapolated: true },
      matches: [
        {
          ...{ source: 1, target: beatrice },
          ...{ similarity: expect.any(Number), fmr: expect.any(Number), extrapolated: true },
        },
      ],
    });
  });

  it('leaves out candidates whom strangers reach more often than is accepted', async () => {
    const unknown = await ask('POST', '/collections/default/identify', picture(bea));
    expect(unknown).toMatchObject({ status: 200, json: { faces: [{ candidates: [] }] } });
  });

  it('compares the face of one picture with the most similar of another', async () => {
    const same = await ask('POST', '/compare', pair(ann, annLater));
    expect(same).toMatchObject({
      status: 200,
      json: { match: true, threshold: { fmr: 1e-3, extrapolated: true }, source: { box }, target: { box } },
    });
    const inGroup = await ask('POST', '/compare', pair(ann, group(3)));
    expect(inGroup).toMatchObject({ status: 200, json: { match: true } });
    expect(await ask('POST', '/compare', pair(ann, bea))).toMatchObject({ json: { match: false } });
  });

  it('tells of a face what is asked, and no more', async () => {
    const bare = await ask('POST', '/detect', picture(ann));
    const [face] = (bare.json as { faces: object[] }).faces;
    expect(Object.keys(face!).sort()).toEqual(['box', 'detectorScore', 'landmarks', 'quality']);
    const told = await ask('POST', '/detect?attributes=age,emotion', picture(ann));
    expect(told).toMatchObject({
      status: 200,
      json: { width: 300, height: 420, format: 'jpeg', faces: [{ age: { years: expect.any(Number) } }] },
    });
    expect((told.json as { faces: object[] }).faces[0]).not.toHaveProperty('gender');
  });

  it('makes keys for a collection of one’s own, lists them without secrets, and revokes them', async () => {
    const made = await ask('POST', '/collections', { json: { slug: 'staff', name: 'Staff' } });
    expect(made).toMatchObject({
      status: 201,
      json: { id: uuid, slug: 'staff', name: 'Staff', createdAt: instant },
    });
    const json = {
      dialect: 'compreface',
      collections: ['staff'],
      name: 'door',
      expiresAt: '2099-01-01T00:00:00Z',
    };
    const { keys } = (await ask('POST', '/keys', { json })).json as {
      keys: { id: string; secret: string }[];
    };
    expect(keys).toMatchObject([
      {
        ...{ services: ['recognition'], right: 'write', collections: ['staff'], secret: uuid },
        expiresAt: '2099-01-01T00:00:00.000Z',
      },
      { services: ['detection'], collections: [], secret: uuid },
      { services: ['verification'], collections: [], secret: uuid },
    ]);
    const subjects = '/compreface/api/v1/recognition/subjects';
    const secret = keys[0]!.secret;
    expect(await call(app.main.address, 'GET', subjects, { key: secret })).toMatchObject({
      json: { subjects: [] },
    });

    const listed = await ask('GET', '/keys');
    expect(listed.json).toMatchObject({
      keys: expect.arrayContaining([expect.objectContaining({ name: 'door' })]),
    });
    expect(listed.bytes.toString()).not.toContain(secret);
    expect(await ask('DELETE', `/keys/${keys[0]!.id}`)).toMatchObject({ json: { revoked: true } });
    expect(await ask('DELETE', `/keys/${keys[0]!.id}`)).toMatchObject({ json: { revoked: false } });
    expect(await call(app.main.address, 'GET', subjects, { key: secret })).toMatchObject({ status: 404 });
  });

  it('lists collections and networks, and tells how it is', async () => {
    expect(await ask('GET', '/collections')).toMatchObject({
      json: { collections: expect.arrayContaining([expect.objectContaining({ slug: 'default' })]) },
    });
    expect(await ask('GET', '/models')).toMatchObject({
      json: {
        models: expect.arrayContaining([
          expect.objectContaining({ id: 'blazeface', state: 'installed', profiles: ['default'] }),
        ]),
      },
    });
    expect(await ask('GET', '/health')).toMatchObject({
      json: {
        ready: true,
        vision: { state: 'ready' },
        gallery: { references: expect.any(Number), ready: true, problems: [] },
      },
    });
  });

  type Refused = [what: string, status: number, code: string, method: string, path: string, call: () => Call];
  const identify = '/collections/default/identify';
  it.each<Refused>([
    ['no key', 401, 'unauthenticated', 'GET', '/keys', () => ({ key: '' })],
    ['a wrong key', 401, 'credential-unknown', 'GET', '/keys', () => ({ key: 'wrong' })],
    [
      'another dialect’s key',
      401,
      'credential-unknown',
      'GET',
      '/keys',
      () => ({ key: app.keys.recognition }),
    ],
    ['an unknown endpoint', 404, 'route-unknown', 'GET', '/doors', () => ({})],
    ['a method that is not taken', 405, 'method-unsupported', 'PUT', '/keys', () => ({})],
    ['an unknown dialect', 400, 'bad-input', 'POST', '/keys', () => ({ json: { dialect: 'telepathy' } })],
    [
      'a service that the dialect has not',
      400,
      'bad-input',
      'POST',
      '/keys',
      () => ({ json: { dialect: 'compreface', service: 'admin' } }),
    ],
    [
      'an unknown field',
      400,
      'bad-input',
      'POST',
      '/keys',
      () => ({ json: { dialect: 'ostiary', allowed: 'all' } }),
    ],
    ['no JSON', 415, 'unsupported-media', 'POST', '/keys', () => ({ body: 'dialect=ostiary' })],
    [
      'half a JSON',
      400,
      'bad-input',
      'POST',
      '/keys',
      () => ({ body: '{"dialect":', headers: { 'Content-Type': 'application/json' } }),
    ],
    [
      'an unknown collection for keys',
      404,
      'collection-unknown',
      'POST',
      '/keys',
      () => ({ json: { dialect: 'compreface', collections: ['nowhere'] } }),
    ],
    ['an illegal slug', 400, 'bad-input', 'POST', '/collections', () => ({ json: { slug: 'a b' } })],
    [
      'a slug that is taken',
      409,
      'collection-exists',
      'POST',
      '/collections',
      () => ({ json: { slug: 'default' } }),
    ],
    ['an unknown attribute', 400, 'bad-input', 'POST', '/detect?attributes=aura', () => picture(ann)],
    ['an unknown parameter', 400, 'bad-input', 'POST', `${identify}?treshold=1`, () => picture(ann)],
    ['a rate of 0', 400, 'bad-input', 'POST', `${identify}?maxFmr=0`, () => picture(ann)],
    ['a limit of 0', 400, 'bad-input', 'POST', `${identify}?limit=0`, () => picture(ann)],
    ['two kinds of rates', 400, 'bad-input', 'POST', `${identify}?maxFmr=.1&maxFpir=.1`, () => picture(ann)],
    ['a rate over 1', 400, 'bad-input', 'POST', `${identify}?maxFpir=1.1`, () => picture(ann)],
    ['no collections', 400, 'bad-input', 'POST', '/identify', () => picture(ann)],
    [
      'an unknown collection among several',
      ...([404, 'collection-unknown', 'POST', '/identify?collections=default,nowhere'] as const),
      () => picture(ann),
    ],
    [
      'vectors of another model',
      ...([409, 'template-mismatch', 'POST', '/search'] as const),
      () => ({ json: { modelId: 'another', vectors: [] } }),
    ],
    [
      'a vector of another length',
      ...([409, 'template-mismatch', 'POST', '/search'] as const),
      () => ({ json: { modelId, vectors: [[1, 0]] } }),
    ],
    [
      'a vector of texts',
      ...([400, 'bad-input', 'POST', '/search'] as const),
      () => ({ json: { modelId, vectors: [['1']] } }),
    ],
    [
      'more than 512 vectors',
      ...([400, 'bad-input', 'POST', '/search'] as const),
      () => ({ json: { modelId, vectors: Array(513).fill([]) } }),
    ],
    [
      'more than 16,384 pairs',
      ...([400, 'bad-input', 'POST', '/compare/vectors'] as const),
      () => ({ json: { modelId, sources: Array(129).fill([]), targets: Array(128).fill([]) } }),
    ],
    [
      'vectors over 512 KB',
      ...([413, 'too-large', 'POST', '/search'] as const),
      () => ({ json: { modelId, vectors: [Array(70_000).fill(0.123456)] } }),
    ],
    ['no picture', 422, 'picture-unreadable', 'POST', '/detect', () => picture(Buffer.alloc(0))],
    ['half a picture', 422, 'picture-unreadable', 'POST', '/detect', () => picture(ann.subarray(0, 900))],
    ['a picture as JSON', 415, 'unsupported-media', 'POST', '/detect', () => ({ json: {} })],
    [
      'a picture over the limit',
      413,
      'too-large',
      'POST',
      '/detect',
      () => picture(Buffer.alloc(2 * 1024 * 1024 + 1)),
    ],
    ['a picture without a face', 422, 'no-face', 'POST', identify, () => picture(room)],
    [
      'an unknown collection',
      404,
      'collection-unknown',
      'POST',
      '/collections/nowhere/identify',
      () => picture(ann),
    ],
    [
      'several faces to enrol',
      422,
      'several-faces',
      'POST',
      '/collections/default/persons/x/references',
      () => picture(group(1)),
    ],
    [
      'one picture to compare',
      400,
      'bad-input',
      'POST',
      '/compare',
      () => ({ files: [{ part: 'source', bytes: ann }] }),
    ],
    ['several faces to compare with', 422, 'several-faces', 'POST', '/compare', () => pair(group(1), ann)],
  ])('refuses %s with %i %s and changes nothing', async (_what, status, code, method, path, with_) => {
    const before = await app.services.gallery.digest();
    const reply = await ask(method, path, with_());
    expect(reply).toMatchObject({ status, json: { error: { code, message: expect.any(String) } } });
    expect(await app.services.gallery.digest()).toBe(before);
  });

  it('answers a browser’s preflight without a key', async () => {
    const { status, headers } = await call(app.main.address, 'OPTIONS', '/ostiary/v1/keys');
    expect(status).toBe(204);
    expect(headers.get('Access-Control-Allow-Headers')).toContain('x-api-key');
  });
});
