import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anyId,
  type Client,
  type Face,
  openStage,
  photoLink,
  type Stage,
  urls,
  wireBox,
  wireFace,
} from './stage.ts';

// The numbers in brackets are lines of FindFace's documentation; R is RECOVERED, "ours" what neither tells.

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  client = await stage.client();
  for (const name of ['ppl', 'gal1', 'niceppl']) await client.post(`/v0/galleries/${name}`);
});

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
const unknown = (reason: string) => ({ status: 404, json: { code: 'NOT_FOUND', reason } });
const noFace = unknown('There is no such face');
const noGallery = unknown('There is no such gallery');
const answer = async (reply: Promise<{ status: number; json: unknown }>) => {
  const { status, json } = await reply;
  return { status, json };
};

type Found = { results: Record<string, { confidence: number; face: Face }[]> };
const identify = async (fields: Record<string, string | Buffer>, path = '/v0/identify/') => {
  const { status, json } = await client.form(path, fields);
  expect({ status, json }).toMatchObject({ status: 200 });
  return (json as Found).results;
};

describe('POST /face', () => {
  it('adds the biggest face to galleries, and tells it (230–307)', async () => {
    const { status, json } = await client.post('/v0/face/', {
      ...{ meta: 'Sam Berry', photo: urls.ann, galleries: ['gal1', 'niceppl'] },
    });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        results: [
          wireFace({
            ...{ galleries: ['default', 'gal1', 'niceppl'], meta: 'Sam Berry', photo: urls.ann },
            photo_hash: md5(stage.photos.ann),
          }),
        ],
      },
    });
  });

  it('refuses several faces where that is asked for, and says where they are (281, 309–362)', async () => {
    const { faces } = (await client.form('/v0/detect', { photo: stage.photos.group })).json as {
      faces: object[];
    };
    expect(await answer(client.post('/v0/face/', { mf_selector: 'reject', photo: urls.group }))).toEqual({
      status: 400,
      json: { code: 400, faces, reason: `Too many faces: ${faces.length}` },
    });
    expect((await client.get('/v0/faces')).json).toEqual({ results: [] });
  });

  it('adds all faces with one meta where that is asked for (270)', async () => {
    const { json } = await client.post('/v0/face/', { mf_selector: 'all', photo: urls.group, meta: 'Party' });
    const { results } = json as { results: Face[] };
    expect(results.length).toBeGreaterThan(1);
    expect(new Set(results.map(({ meta }) => meta))).toEqual(new Set(['Party']));
    expect(new Set(results.map(({ id }) => id)).size).toBe(results.length);
  });

  it('adds the faces that boxes name (262)', async () => {
    const { faces } = (await client.form('/v0/detect', { photo: stage.photos.group })).json as {
      faces: object[];
    };
    const { json } = await client.post('/v0/face/', { photo: urls.group, bbox: [faces[2], faces[1]] });
    expect((json as { results: Face[] }).results).toMatchObject([faces[2]!, faces[1]!]);
  });

  it('goes into the gallery that stands before it (235)', async () => {
    const face = await client.add({ photo: stage.photos.ann }, '/v0/face/gallery/ppl/');
    expect(face.galleries).toEqual(['default', 'ppl']);
  });

  it('returns age, gender and emotions, now and later (R)', async () => {
    const told = {
      age: anyId,
      gender: expect.any(String),
      emotions: [expect.any(String), expect.any(String)],
    };
    const { json } = await client.post('/v1/face', {
      photo: urls.ann,
      emotions: true,
      gender: true,
      age: true,
    });
    const [face] = (json as { results: Face[] }).results;
    expect(face).toMatchObject(told);
    expect((await client.get(`/v1/face/id/${face!.id}`)).json).toEqual(face);
  });

  it('tells in v1 whose face it is (ours)', async () => {
    const photo = stage.photos.ann;
    const one = await client.add({ photo }, '/v1/face');
    expect(one.person_id).toEqual(anyId);
    expect(await client.add({ photo: stage.photos.otherAnn }, '/v1/face')).toMatchObject({
      person_id: one.person_id,
    });
    const other = await client.add({ photo: stage.photos.bea }, '/v1/face');
    expect(other.person_id).not.toBe(one.person_id);
  });

  it('takes galleries in a form as an array, with commas and repeated (283, R: sloppy clients)', async () => {
    for (const galleries of ['["gal1","ppl"]', 'gal1, ppl'])
      expect((await client.add({ photo: stage.photos.ann, galleries })).galleries).toEqual([
        'default',
        'gal1',
        'ppl',
      ]);
    const form = new FormData();
    form.append('photo', new Blob([Uint8Array.from(stage.photos.ann)]), 'photo.jpg');
    for (const name of ['gal1', 'ppl']) form.append('galleries', name);
    const { json } = await client.send('POST', '/v0/face', { body: form });
    expect(json).toMatchObject({ results: [{ galleries: ['default', 'gal1', 'ppl'] }] });
  });

  it.each([
    ['a gallery that is not there', { galleries: ['nogal'] }, noGallery],
    [
      'another selector',
      { mf_selector: 'first' },
      { status: 400, json: { code: 'BAD_PARAM', reason: 'mf_selector: must be reject, biggest or all' } },
    ],
    [
      'a camera that cannot be one',
      { cam_id: 'front door' },
      { status: 400, json: { code: 'BAD_PARAM', reason: 'cam_id: must be a UUID' } },
    ],
    [
      'a box that is none',
      { bbox: [[1, 2, 3]] },
      {
        status: 400,
        json: { code: 'BAD_PARAM', reason: 'bbox.0: must be [x1, y1, x2, y2] or an object of these four' },
      },
    ],
    [
      'a meta that is too long',
      { meta: 'x'.repeat(513) },
      { status: 400, json: { code: 'BAD_PARAM', reason: 'meta: must be text of at most 512 characters' } },
    ],
    [
      'a box without a face',
      { bbox: [[0, 0, 1, 1]] },
      { status: 400, json: { code: 'NO_FACES', reason: 'No faces found' } },
    ],
  ])('refuses %s, and adds nothing (ours)', async (_what, fields, refusal) => {
    expect(await answer(client.post('/v0/face', { photo: urls.ann, ...fields }))).toEqual(refusal);
    expect((await client.get('/v0/faces')).json).toEqual({ results: [] });
  });
});

describe('A face', () => {
  let face: Face;
  beforeEach(async () => {
    face = await client.add({ photo: stage.photos.ann, meta: 'Sam Berry', galleries: 'ppl' });
  });

  it('is told by its id (364–402)', async () => {
    expect(await answer(client.get(`/v0/face/id/${face.id}/`))).toEqual({ status: 200, json: face });
    expect(face).toEqual(wireFace({ galleries: ['default', 'ppl'], meta: 'Sam Berry' }));
  });

  it('is told in a list by the plural path (R)', async () => {
    expect(await answer(client.get(`/v1/faces/id/${face.id}`))).toEqual({
      status: 200,
      json: [{ ...face, person_id: anyId }],
    });
  });

  it('gets another meta (404–449)', async () => {
    const changed = await answer(client.put(`/v0/face/id/${face.id}/`, { meta: 'Sam Berry #2' }));
    expect(changed).toEqual({ status: 200, json: { ...face, meta: 'Sam Berry #2' } });
    expect((await client.get('/v0/face/meta/Sam%20Berry/')).json).toEqual({ results: [] });
  });

  it.each([
    [{ add: ['gal1'] }, ['default', 'gal1', 'ppl']],
    [{ add: ['gal1', 'ppl'] }, ['default', 'gal1', 'ppl']],
    [{ set: ['gal1', 'niceppl'] }, ['default', 'gal1', 'niceppl']],
    [{ add: ['gal1'], del: ['ppl'] }, ['default', 'gal1']],
  ])('is moved between galleries by %j (412)', async (galleries, after) => {
    const changed = await answer(client.put(`/v0/face/id/${face.id}`, { galleries }));
    expect(changed).toEqual({ status: 200, json: { ...face, photo: photoLink, galleries: after } });
    expect((await client.get('/v0/faces/gallery/ppl')).json).toEqual({
      results: after.includes('ppl') ? [changed.json] : [],
    });
  });

  it('stays in default when it is taken out of its last gallery (412)', async () => {
    const { json } = await client.put(`/v0/face/id/${face.id}`, { galleries: { del: ['ppl'] } });
    expect(json).toMatchObject({ id: face.id, galleries: ['default', client.home.slug] });
    expect((await client.get('/v0/faces/gallery/default')).json).toMatchObject({
      results: [{ id: face.id }],
    });
  });

  it('goes to another person (411, R)', async () => {
    const other = await client.add({ photo: stage.photos.bea, meta: 'Bea' }, '/v1/face');
    const moved = await client.put(`/v1/face/id/${face.id}`, { person_id: other.person_id });
    expect(moved.json).toEqual({ ...face, person_id: other.person_id });
    expect((await client.get('/v1/persons')).json).toEqual({
      results: [{ id: other.person_id, meta: 'Bea' }],
    });
  });

  it('is told as that of the gallery it is found in, where siblings are different persons’ (ours)', async () => {
    const { people, gallery } = stage.app.services;
    await client.put(`/v1/face/id/${face.id}`, { galleries: { add: ['niceppl'] } });
    const all = (await gallery.listCollections()).map(({ id }) => id);
    const sibling = (await gallery.findFace(face.id, all)).at(-1)!;
    const { personId } = await people.add(sibling.collectionId, 'Bea');
    expect(await people.rename(sibling.collectionId, sibling.key, 'Bea')).toBe('merged');
    const bea = (await gallery.findPerson(personId))!.number;

    const { photo } = { photo: stage.photos.ann };
    const told = async (path: string) => Object.values(await identify({ photo }, path))[0]![0]!.face;
    expect(await told('/v1/faces/gallery/niceppl/identify')).toMatchObject({ id: face.id, person_id: bea });
    const { person_id: ann } = await told('/v1/faces/gallery/ppl/identify');
    expect(ann).not.toBe(bea);
    const listed = async (name: string) => (await client.get(`/v1/faces/gallery/${name}`)).json;
    expect(await listed('niceppl')).toMatchObject({ results: [{ id: face.id, person_id: bea }] });
    expect(await listed('ppl')).toMatchObject({ results: [{ id: face.id, person_id: ann }] });
    const cameraId = (await client.post('/v1/camera', { meta: 'door' })).json as { id: string };
    await client.form('/v1/faces/gallery/niceppl/identify', { photo, cam_id: cameraId.id });
    expect((await client.get('/v1/history/search')).json).toMatchObject({
      results: [{ friend: true, person_id: bea, id: face.id }],
    });
  });

  it('is deleted (451–474)', async () => {
    const { status, bytes } = await client.delete(`/v0/face/id/${face.id}/`);
    expect({ status, body: bytes.toString() }).toEqual({ status: 204, body: '' });
    expect(await answer(client.get(`/v0/face/id/${face.id}`))).toEqual(noFace);
    expect(Object.values(await identify({ photo: stage.photos.ann }))).toEqual([[]]);
  });

  it.each(['999999999', '0', 'abc', '1e3', '99999999999999999999'])(
    'is nobody’s under the id %s (ours)',
    async (id) => {
      for (const reply of [
        client.get(`/v0/face/id/${id}`),
        client.get(`/v1/faces/id/${id}`),
        client.put(`/v0/face/id/${id}`, { meta: 'x' }),
        client.delete(`/v0/face/id/${id}`),
      ])
        expect(await answer(reply)).toEqual(noFace);
    },
  );

  it('does not change for what is not there, or not of the form (ours)', async () => {
    const path = `/v0/face/id/${face.id}`;
    expect(await answer(client.put(path, { galleries: { add: ['nogal'] } }))).toEqual(noGallery);
    expect(await answer(client.put(path, { person_id: 1e9 }))).toEqual(unknown('There is no such person'));
    expect(await answer(client.put(path, { galleries: ['gal1'] }))).toEqual({
      status: 400,
      json: { code: 'BAD_PARAM', reason: 'galleries: must be an object with add, del or set' },
    });
    expect((await client.get(path)).json).toEqual(face);
  });
});

describe('POST /identify', () => {
  const box = expect.stringMatching(/^\[\d+, \d+, \d+, \d+\]$/);
  let ann: Face;
  let otherAnn: Face;
  beforeEach(async () => {
    const { photos } = stage;
    ann = await client.add({ photo: photos.ann, meta: 'Sam Berry', galleries: 'ppl' });
    otherAnn = await client.add({ photo: photos.otherAnn, meta: 'Sam Berry', galleries: 'gal1' });
    await client.add({ photo: photos.bea, meta: 'Bea', galleries: 'ppl' });
  });

  it('tells for each face who it is, best first, under its box (149–228, R)', async () => {
    const { status, headers, json } = await client.form('/v0/identify/', {
      photo: stage.photos.ann,
      n: '10',
    });
    expect(status).toBe(200);
    expect(headers.get('X-Live-Servers')).toBe('1/1');
    const { results } = json as Found;
    const [[key, found]] = Object.entries(results) as [[string, Found['results'][string]]];
    expect(key).toBe(`[${ann.x1}, ${ann.y1}, ${ann.x2}, ${ann.y2}]`);
    expect(found).toEqual([
      { confidence: 1, face: ann },
      { confidence: expect.any(Number), face: otherAnn },
    ]);
    expect(found[1]!.confidence).toBeGreaterThan(0.75);
    expect(found[1]!.confidence).toBeLessThan(1);
  });

  it('tells one face unless more are wished for (161)', async () => {
    const [found] = Object.values(await identify({ photo: stage.photos.ann }));
    expect(found).toHaveLength(1);
  });

  it('tells everybody, however little alike, without a threshold (159)', async () => {
    const [found] = Object.values(await identify({ photo: stage.photos.ann, n: '9', threshold: 'none' }));
    expect(found!.map(({ face }) => face.meta)).toEqual(['Sam Berry', 'Sam Berry', 'Bea']);
    const confidences = found!.map(({ confidence }) => confidence);
    expect(confidences).toEqual([...confidences].sort().reverse());
  });

  it('looks in one gallery where that is asked for (153, R)', async () => {
    for (const path of ['/v0/face/gallery/gal1/identify', '/v1/faces/gallery/gal1/identify/']) {
      const [found] = Object.values(await identify({ photo: stage.photos.ann, n: '5' }, path));
      expect(found!.map(({ face }) => face.id)).toEqual([otherAnn.id]);
    }
  });

  it('tells a face of several galleries once (153)', async () => {
    await client.put(`/v0/face/id/${ann.id}`, { galleries: { add: ['gal1', 'niceppl'] } });
    const [found] = Object.values(await identify({ photo: stage.photos.ann, n: '5' }));
    expect(found!.map(({ face }) => face.id)).toEqual([ann.id, otherAnn.id]);
  });

  it('looks for all faces, or for that in a box (157, 168–174)', async () => {
    const all = await identify({ photo: stage.photos.group, mf_selector: 'all' });
    const { faces } = (await client.form('/v0/detect', { photo: stage.photos.group })).json as {
      faces: { x1: number; y1: number; x2: number; y2: number }[];
    };
    const keys = faces.map(({ x1, y1, x2, y2 }) => `[${x1}, ${y1}, ${x2}, ${y2}]`);
    expect(Object.keys(all)).toEqual(keys);
    expect(keys).toEqual(keys.map(() => box));
    const { x1, y1, x2, y2 } = faces[1]!;
    const one = await identify({
      ...{ photo: stage.photos.group, mf_selector: 'reject' },
      ...{ x1: `${x1}`, y1: `${y1}`, x2: `${x2}`, y2: `${y2}` },
    });
    expect(Object.keys(one)).toEqual([keys[1]]);
    expect(
      await answer(client.form('/v0/identify', { photo: stage.photos.group, mf_selector: 'reject' })),
    ).toEqual({
      status: 400,
      json: { code: 400, faces, reason: `Too many faces: ${faces.length}` },
    });
  });

  it('takes strict, for all servers there are are live (163–166)', async () => {
    for (const strict of ['true', 'false', 'True', '0']) await identify({ photo: stage.photos.ann, strict });
  });

  it.each([
    [{ threshold: 'lax' }, 'threshold: must be strict, medium, low, none or a number from 0 to 1'],
    [{ threshold: '1.5' }, 'threshold: must be strict, medium, low, none or a number from 0 to 1'],
    [{ n: '0' }, 'n: must be a whole number from 1 to 1000000000'],
    [{ n: 'many' }, 'n: must be a whole number from 1 to 1000000000'],
    [{ x1: '5' }, 'x1, y1, x2, y2: must be given together'],
    [{ strict: 'maybe' }, 'strict: must be true or false'],
  ])('refuses %j (ours)', async (fields, reason) => {
    const photo = stage.photos.ann;
    expect(await answer(client.form('/v0/identify', { photo, ...fields }))).toEqual({
      status: 400,
      json: { code: 'BAD_PARAM', reason },
    });
  });

  it('knows no gallery that is not there (ours)', async () => {
    const photo = stage.photos.ann;
    expect(await answer(client.form('/v0/faces/gallery/nogal/identify', { photo }))).toEqual(noGallery);
    expect(await answer(client.form('/v0/identify', { photo, galleries: 'nogal' }))).toEqual(noGallery);
  });

  it('finds nobody in a picture of nobody (ours)', async () => {
    expect(await answer(client.form('/v0/identify', { photo: stage.photos.nobody }))).toEqual({
      ...{ status: 400, json: { code: 'NO_FACES', reason: 'No faces found' } },
    });
  });
});

describe('Lists', () => {
  let faces: Face[];
  beforeEach(async () => {
    const { photos } = stage;
    faces = [
      await client.add({ photo: photos.ann, meta: 'Sam Berry', galleries: 'ppl' }),
      await client.add({ photo: photos.otherAnn, meta: 'Sam Berry', galleries: 'ppl,gal1' }),
      await client.add({ photo: photos.bea, meta: 'Angelina Jolie', galleries: 'gal1' }),
      await client.add({ photo: photos.cleo, galleries: 'gal1' }),
    ];
  });
  const list = async (path: string) =>
    (await client.get(path)).json as { results: Face[]; next_page?: string };

  it('of all faces are whole (532–584)', async () => {
    expect(await list('/v0/faces/')).toEqual({ results: faces });
    expect(await list('/v0/faces/gallery/default')).toEqual({ results: faces });
  });

  it('of a gallery have its faces (R)', async () => {
    expect(await list('/v0/faces/gallery/ppl')).toEqual({ results: [faces[0], faces[1]] });
    expect(await answer(client.get('/v0/faces/gallery/nogal'))).toEqual(noGallery);
  });

  it('come in pages, which name the next one (R)', async () => {
    const first = await list('/v0/faces/?limit=3');
    expect(first.results).toEqual(faces.slice(1));
    expect(first.next_page).toBe(`/faces/?max_id=${faces[1]!.id - 1}&limit=3`);
    const next = await list(first.next_page!);
    expect(next.results.map(({ id }) => id)).toEqual([faces[0]!.id]);
    expect(next.next_page).toBeUndefined();
    expect(await list(`/v0/faces?max_id=${faces[1]!.id}`)).toEqual({ results: faces.slice(0, 2) });
    expect(await list('/v0/faces?&limit=0')).toEqual({ results: faces });
  });

  it('of a meta are of just this one (476–530, R)', async () => {
    expect(await list('/v0/face/meta/Sam%20Berry/')).toEqual({ results: faces.slice(0, 2) });
    expect(await list('/v0/face/meta/sam%20berry/')).toEqual({ results: [] });
    expect(await list('/v0/faces/gallery/gal1/meta/Sam%20Berry')).toEqual({ results: [faces[1]] });
    const told = faces.slice(0, 2).map((face) => ({ ...face, person_id: anyId }));
    expect(await list('/v1/faces/meta/Sam%20Berry')).toEqual({ results: told });
  });

  it('of metas tell how many faces have each, and the first (586–648, R)', async () => {
    const summary = (meta: string, count: number, face: Face) => ({ count, face, meta });
    const { results } = (await client.get('/v0/meta/')).json as { results: { meta: string }[] };
    expect(results.toSorted((one, other) => (one.meta < other.meta ? -1 : 1))).toEqual([
      summary('Angelina Jolie', 1, faces[2]!),
      summary('Sam Berry', 2, faces[0]!),
    ]);
    expect((await client.get('/v0/meta/gallery/ppl')).json).toEqual({
      results: [summary('Sam Berry', 2, faces[0]!)],
    });
  });

  it('have what other APIs enrolled, under the keys of its persons (1 of RECOVERED)', async () => {
    const { people } = stage.app.services;
    const picture = stage.photos.dora;
    const ask = {
      collectionId: client.home.id,
      key: 'Dora',
      picture,
      faces: 'detect',
      reach: 'all',
    } as const;
    await people.enrol(ask, AbortSignal.timeout(60_000));
    const dora = wireFace({
      ...{ galleries: ['default', client.home.slug], meta: 'Dora', photo_hash: md5(picture) },
    });
    expect(await list('/v0/face/meta/Dora')).toEqual({ results: [dora] });
    const metas = (await client.get('/v0/meta')).json as { results: unknown[] };
    expect(metas.results).toContainEqual({ count: 1, face: dora, meta: 'Dora' });
    expect(Object.values(await identify({ photo: picture }))).toEqual([[{ confidence: 1, face: dora }]]);
  });
});

describe('Galleries', () => {
  it('are listed (650–680)', async () => {
    const { home } = client;
    expect(await answer(client.get('/v0/galleries/'))).toEqual({
      status: 200,
      json: { results: ['default', 'gal1', home.slug, 'niceppl', 'ppl'] },
    });
  });

  it('are made by their paths and by a name (682–702, R)', async () => {
    for (const reply of [
      client.post('/v0/galleries/testgal'),
      client.post('/v0/galleries', { name: 'other-gal' }),
    ]) {
      const { status, bytes } = await reply;
      expect({ status, body: bytes.toString() }).toEqual({ status: 201, body: '' });
    }
    const { results } = (await client.get('/v0/galleries')).json as { results: string[] };
    expect(results).toEqual(expect.arrayContaining(['testgal', 'other-gal']));
  });

  it.each(['gal 1', 'gal.1', 'x'.repeat(49), 'gül'])('have no name like %s (684)', async (name) => {
    const refusal = {
      status: 400,
      json: {
        code: 'BAD_PARAM',
        reason: 'name: must have 1 to 48 letters, digits, underscores and minus signs',
      },
    };
    expect(await answer(client.post(`/v0/galleries/${encodeURIComponent(name)}`))).toEqual(refusal);
    expect(await answer(client.post('/v0/galleries', { name }))).toEqual(refusal);
  });

  it.each(['ppl', 'default'])('are not made twice: %s (ours)', async (name) => {
    expect(await answer(client.post(`/v0/galleries/${name}`))).toEqual({
      status: 409,
      json: { code: 'CONFLICT', reason: 'There is a gallery of this name already' },
    });
  });

  it('go with their faces, which stay in others (R)', async () => {
    const only = await client.add({ photo: stage.photos.ann, galleries: 'ppl' });
    const both = await client.add({ photo: stage.photos.bea, galleries: 'ppl,gal1' });
    const { status, bytes } = await client.delete('/v0/galleries/ppl');
    expect({ status, body: bytes.toString() }).toEqual({ status: 204, body: '' });
    expect(await answer(client.get(`/v0/face/id/${only.id}`))).toEqual(noFace);
    expect((await client.get(`/v0/face/id/${both.id}`)).json).toEqual({
      ...{ ...both, photo: photoLink },
      galleries: ['default', 'gal1'],
    });
    expect(await answer(client.delete('/v0/galleries/ppl'))).toEqual(noGallery);
  });

  it('are never without default (ours)', async () => {
    expect(await answer(client.delete('/v0/galleries/default'))).toEqual({
      status: 400,
      json: { code: 'BAD_PARAM', reason: 'The gallery default cannot be deleted' },
    });
  });

  it('of two callers may have one name (ours)', async () => {
    const other = await stage.client();
    expect((await other.post('/v0/galleries/ppl')).status).toBe(201);
    const face = await other.add({ photo: stage.photos.ann, galleries: 'ppl' });
    expect(face.galleries).toEqual(['default', 'ppl']);
    expect((await other.get('/v0/faces/gallery/ppl')).json).toEqual({ results: [face] });
    expect((await client.get('/v0/faces/gallery/ppl')).json).toEqual({ results: [] });
    expect(await answer(client.get(`/v0/face/id/${face.id}`))).toEqual(noFace);
  });
});

describe('A request', () => {
  it('of another form is refused in the vendor’s (R)', async () => {
    const json = { 'Content-Type': 'application/json' };
    const post = (body: string, headers = json) =>
      answer(client.send('POST', '/v0/verify', { body, headers }));
    expect(await post('{"photo1":')).toMatchObject({ status: 400, json: { code: 'MALFORMED_REQUEST' } });
    expect(await post('[1]')).toMatchObject({ status: 400, json: { code: 'MALFORMED_REQUEST' } });
    expect(await post('<a/>', { 'Content-Type': 'text/xml' })).toMatchObject({
      ...{ status: 415, json: { code: 'MALFORMED_REQUEST' } },
    });
    expect(await post(`{"photo1": "${'x'.repeat(70_000)}"}`)).toMatchObject({
      ...{ status: 413, json: { code: 'LIMIT_REACHED' } },
    });
    expect(await answer(client.get('/v0/nothing'))).toEqual(unknown('There is nothing here'));
    expect(await answer(client.delete('/v0/galleries'))).toEqual({
      status: 405,
      json: { code: 'METHOD_NOT_ALLOWED', reason: 'This does not take DELETE' },
    });
  });

  it('without a token, or with a wrong one, is not let in (R)', async () => {
    for (const Authorization of ['', 'Token wrong', `Bearer ${client.token}`, client.token]) {
      const { status, headers, json } = await client.send('GET', '/v0/faces', { headers: { Authorization } });
      expect({ status, json }).toEqual({
        status: 401,
        json: { code: 'UNAUTHORIZED', reason: 'The token is missing or not valid' },
      });
      expect(headers.get('www-authenticate')).toBe('Token');
    }
  });

  it('may have more keys than are known (3 of RECOVERED)', async () => {
    const fields = { photo: urls.ann, api_endpoint: 'detect', gender: null };
    expect(await answer(client.post('/v0/detect', fields))).toEqual({
      status: 200,
      json: { faces: [wireBox] },
    });
  });
});

describe('What no client means', () => {
  const long = 'x'.repeat(5_000);
  it.each([
    ['GET', '/v0/faces?limit=2&max_id=9007199254740991', undefined],
    ['GET', '/v0/faces?max_id=0', undefined],
    ['GET', `/v0/face/meta/${long}`, undefined],
    ['GET', '/v0/face/meta/%00', undefined],
    ['GET', '/v0/face/meta/a%00b', undefined],
    ['GET', '/v0/face/meta/%ff%fe', undefined],
    ['GET', '/v0/face/meta/%ed%a0%80', undefined],
    ['GET', '/v0/face/meta/face-1', undefined],
    ['GET', `/v0/faces/gallery/${long}`, undefined],
    ['GET', '/v0/faces/gallery/%00', undefined],
    ['POST', '/v0/history/search?max_id=9007199254740991', { limit: 1 }],
    ['POST', '/v0/history/search', { max_id: 0, limit: 1 }],
    ['POST', '/v0/history/search', { start: '9999-12-31', end: '0001-01-01T00:00' }],
    ['POST', '/v0/history/search', { person_id: 9007199254740991 }],
    ['POST', '/v0/history/search', { cam_ids: Array.from({ length: 1_000 }, () => 'x') }],
    ['POST', '/v0/camera', { meta: '\ud800', url: '\u0000' }],
    ['PUT', '/v0/face/id/1', { meta: 'a\u0000b' }],
    ['POST', '/v0/face', { photo: urls.ann, meta: '\ud800' }],
    ['POST', '/v0/face', { photo: urls.ann, bbox: [] }],
    ['POST', '/v0/face', { photo: urls.ann, bbox: '[[1,2,3,4],[5,6,7,8]]' }],
    ['POST', '/v0/face', { photo: urls.ann, galleries: [] }],
    ['POST', '/v0/face', { photo: ['a', 'b'] }],
    ['POST', '/v0/identify', { photo: urls.ann, galleries: [] }],
    ['POST', '/v0/verify', { photo1: urls.ann, photo2: urls.ann, bbox1: [] }],
    ['POST', '/v0/galleries', { name: { $ne: '' } }],
    ['POST', '/v0/galleries', { __proto__: { name: 'x' }, constructor: 1 }],
  ])('is answered in the vendor’s form: %#', async (method, path, json) => {
    const { status, json: told } = await client.send(method, path, json === undefined ? {} : { json });
    expect(status).toBeLessThan(500);
    if (status >= 400) expect(told).toEqual({ code: expect.any(String), reason: expect.any(String) });
  });
});
