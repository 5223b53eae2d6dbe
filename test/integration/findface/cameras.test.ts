import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anyId, type Client, openStage, photoLink, type Stage, wireBox } from './stage.ts';

// The numbers in brackets are lines of FindFace's documentation; R is RECOVERED, "ours" what neither tells.

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  client = await stage.client();
});

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const naive = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
const md5 = expect.stringMatching(/^[0-9a-f]{32}$/);
const answer = async (reply: Promise<{ status: number; json: unknown }>) => {
  const { status, json } = await reply;
  return { status, json };
};
const refusal = (status: number, code: string, reason: string) => ({ status, json: { code, reason } });

type Camera = { id: string };
const frontDoor = {
  ...{ meta: 'Front door', enabled: true, url: 'rtsp://user:secret@10.0.0.5/stream', detector: 'default' },
  ...{ rot: [1280, 720, 0, 0], roi: [640, 480, 320, 120] },
};
const addCamera = async (fields: object = frontDoor) =>
  (await client.post('/v0/camera', fields)).json as Camera;

describe('Cameras', () => {
  it('are made with all their fields (R)', async () => {
    expect(await answer(client.post('/v1/camera/', frontDoor))).toEqual({
      status: 201,
      json: { id: uuid, ...frontDoor },
    });
  });

  it('are made of nothing too (ours)', async () => {
    expect(await answer(client.post('/v0/camera'))).toEqual({
      status: 201,
      json: { id: uuid, meta: '', enabled: true, url: '', detector: '', rot: null, roi: null },
    });
  });

  it('are listed in an array, and told one by one (R)', async () => {
    expect(await answer(client.get('/v0/camera'))).toEqual({ status: 200, json: [] });
    const [one, other] = [await addCamera(), await addCamera({ meta: 'Back door' })];
    expect(await answer(client.get('/v0/camera/'))).toEqual({ status: 200, json: [one, other] });
    expect(await answer(client.get(`/v0/camera/${one.id}/`))).toEqual({ status: 200, json: one });
    expect((await client.get(`/v0/camera/${one.id.replaceAll('-', '')}`)).json).toEqual(one);
  });

  it('are changed (R)', async () => {
    const camera = await addCamera();
    const change = { meta: 'Side door', enabled: false, rot: null, url: '' };
    const changed = { ...camera, ...change };
    expect(await answer(client.put(`/v0/camera/${camera.id}`, change))).toEqual({
      status: 200,
      json: changed,
    });
    expect((await client.get('/v0/camera')).json).toEqual([changed]);
    expect((await client.put(`/v0/camera/${camera.id}`, changed)).json).toEqual(changed);
  });

  it('are deleted (R)', async () => {
    const { id } = await addCamera();
    const { status, bytes } = await client.delete(`/v0/camera/${id}`);
    expect({ status, body: bytes.toString() }).toEqual({ status: 204, body: '' });
    expect((await client.get('/v0/camera')).json).toEqual([]);
  });

  it.each(['13814001-1dd2-11b2-b619-5502c27ed19c', 'c9bf9e57-1685-4c89-bafb-ff5af830be8a', '25'])(
    'that are not there are told so: %s (ours)',
    async (id) => {
      const unknown = refusal(404, 'NOT_FOUND', 'There is no such camera');
      expect(await answer(client.get(`/v0/camera/${id}`))).toEqual(unknown);
      expect(await answer(client.put(`/v0/camera/${id}`, { meta: 'x' }))).toEqual(unknown);
      expect(await answer(client.delete(`/v0/camera/${id}`))).toEqual(unknown);
    },
  );

  it.each([
    [{ rot: [1, 2, 3] }, 'rot: must be [width, height, x, y]'],
    [{ roi: 'here' }, 'roi.0: must be a number from 0 to 100000'],
    [{ enabled: 'perhaps' }, 'enabled: must be true or false'],
    [{ url: 'x'.repeat(2_049) }, 'url: must be text of at most 2048 characters'],
  ])('are refused with %j (ours)', async (fields, reason) => {
    expect(await answer(client.post('/v0/camera', fields))).toEqual(refusal(400, 'BAD_PARAM', reason));
    expect((await client.get('/v0/camera')).json).toEqual([]);
  });

  it('are their owner’s alone (ours)', async () => {
    const { id } = await addCamera();
    const other = await stage.client();
    expect((await other.get('/v0/camera')).json).toEqual([]);
    expect((await other.delete(`/v0/camera/${id}`)).status).toBe(404);
  });
});

type Seen = {
  friend: boolean;
  person_id: number;
  cam_id: string;
  id: number;
  timestamp: string;
  meta: string;
};
type Events = { results: Seen[]; next_page?: string };

describe('POST /history/search', () => {
  let camera: Camera;
  beforeEach(async () => {
    camera = await addCamera();
  });
  const search = async (fields: object = {}, path = '/v0/history/search') => {
    const { status, json } = await client.post(path, fields);
    expect({ status, json }).toMatchObject({ status: 200 });
    return json as Events;
  };
  const see = (name: 'ann' | 'otherAnn' | 'bea', fields: Record<string, string> = {}) =>
    client.add({ photo: stage.photos[name], cam_id: camera.id, ...fields });

  it('tells what cameras have seen (768–837)', async () => {
    const { id } = await see('ann', { meta: 'Sam Berry' });
    expect(await answer(client.post('/v0/history/search'))).toEqual({
      status: 200,
      json: {
        results: [
          {
            ...{ friend: false, meta: 'Sam Berry', photo_hash: md5, cam_id: camera.id, person_id: anyId },
            ...{ timestamp: naive, photo: photoLink, id, ...wireBox },
          },
        ],
      },
    });
  });

  it('tells recognitions that a camera was named for, and no others (R)', async () => {
    const { id } = await client.add({ photo: stage.photos.ann, meta: 'Sam Berry' });
    await client.form('/v0/identify', { photo: stage.photos.otherAnn });
    await client.form('/v0/identify', { photo: stage.photos.otherAnn, cam_id: camera.id });
    await client.form('/v0/identify', { photo: stage.photos.bea, cam_id: camera.id });
    const { results } = await search();
    expect(results).toMatchObject([
      { friend: true, meta: 'Sam Berry', id, cam_id: camera.id },
      { friend: false, meta: '', id: null, person_id: null, cam_id: camera.id },
    ]);
  });

  it('tells friends and strangers apart (778)', async () => {
    await see('ann', { meta: 'Sam Berry' });
    await see('otherAnn', { meta: 'Sam Berry' });
    await see('bea');
    expect((await search({ friend: true })).results.map(({ meta }) => meta)).toEqual(['Sam Berry']);
    expect((await search({ friend: false })).results.map(({ meta }) => meta)).toEqual(['Sam Berry', '']);
    expect((await search({ friend: 'false' })).results).toHaveLength(2);
  });

  it('searches by person, camera and time (774–777)', async () => {
    const other = await addCamera({ meta: 'Back door' });
    await see('ann', { meta: 'Sam Berry' });
    await see('bea', { cam_id: other.id.replaceAll('-', '') });
    const { results } = await search();
    const [ann, bea] = results as [Seen, Seen];
    expect(ann.person_id).not.toBe(bea.person_id);
    const found = async (fields: object) => (await search(fields)).results;
    expect(await found({ person_id: bea.person_id })).toEqual([bea]);
    expect(await found({ person_id: 999_999 })).toEqual([]);
    expect(await found({ cam_ids: [camera.id] })).toEqual([ann]);
    expect(await found({ cam_ids: [camera.id, other.id.replaceAll('-', '')] })).toEqual(results);
    expect(await found({ cam_ids: [1, 25] })).toEqual([]);
    expect(await found({ start: bea.timestamp, end: bea.timestamp })).toContainEqual(bea);
    expect(await found({ end: '2016-06-14T11:00:00.000000' })).toEqual([]);
    expect(await found({ start: '2016-06-14T11:00:00.000000', end: '2100-01-01' })).toEqual(results);
  });

  it('comes in pages of the newest, which name the next one (779, 784, 806)', async () => {
    for (const name of ['ann', 'otherAnn', 'bea'] as const) await see(name, { meta: name });
    const all = (await search()).results;
    const first = await search({ limit: 2 });
    expect(first.results).toEqual(all.slice(1));
    expect(first.next_page).toMatch(/^\/v0\/history\/search\?max_id=\d+$/);
    const next = await search({ limit: 2 }, first.next_page);
    expect(next).toEqual({ results: all.slice(0, 1) });
    expect((await client.get(first.next_page!)).json).toEqual({ results: all.slice(0, 1) });
    expect(await search({ limit: 0 })).toEqual({ results: all });
  });

  it('tells nobody what another’s cameras have seen (ours)', async () => {
    await see('ann');
    const other = await stage.client();
    expect((await other.post('/v0/history/search')).json).toEqual({ results: [] });
  });

  it('forgets who was erased (ours)', async () => {
    await see('ann', { meta: 'Sam Berry' });
    const { gallery } = stage.app.services;
    const member = await gallery.findMembership(client.home.id, 'Sam Berry');
    await stage.app.services.history.part({ personId: member!.personId }, () =>
      gallery.erase(member!.personId),
    );
    expect((await search()).results).toMatchObject([{ person_id: null, id: null, meta: '', friend: false }]);
  });

  it.each([
    [{ start: 'yesterday' }, 'start: must be a time as 2016-06-13T11:00:00.000000'],
    [{ limit: -1 }, 'limit: must be a whole number from 0 to 9007199254740991'],
    [{ person_id: 'Sam' }, 'person_id: must be a whole number from 0 to 9007199254740991'],
    [{ friend: 'foe' }, 'friend: must be true or false'],
  ])('refuses %j (ours)', async (fields, reason) => {
    const refused = refusal(400, 'BAD_PARAM', reason);
    expect(await answer(client.post('/v0/history/search', fields))).toEqual(refused);
  });

  it('streams thousands of events', async () => {
    const { history } = stage.app.services;
    const event = {
      kind: 'sighting',
      cameraId: camera.id,
      collectionIds: [client.home.id],
      candidates: [],
    } as const;
    for (let at = 1; at <= 3_000; at++) history.record({ ...event, atMs: at });
    const { results } = await search({ limit: 0 });
    expect(results).toHaveLength(3_000);
    expect(results.at(-1)).toMatchObject({ timestamp: '1970-01-01T00:00:03.000000', x1: null });
  });
});

describe('Persons', () => {
  it('are listed, and told one by one (712–720, R)', async () => {
    const sam = await client.add({ photo: stage.photos.ann, meta: 'Sam Berry' }, '/v1/face');
    const nameless = await client.add({ photo: stage.photos.bea }, '/v1/face');
    const persons = [
      { id: sam.person_id, meta: 'Sam Berry' },
      { id: nameless.person_id, meta: '' },
    ];
    const { results } = (await client.get('/v0/persons/')).json as { results: { id: number }[] };
    expect(results.toSorted((one, other) => one.id - other.id)).toEqual(persons);
    expect(await answer(client.get(`/v0/person/id/${sam.person_id}`))).toEqual({
      status: 200,
      json: persons[0],
    });
    await client.put(`/v0/face/id/${nameless.id}`, { meta: 'Bea' });
    expect((await client.get(`/v0/person/id/${nameless.person_id}`)).json).toEqual({
      ...persons[1],
      meta: 'Bea',
    });
  });

  it('have a history (722–766, R)', async () => {
    const camera = await addCamera();
    const fields = { photo: stage.photos.ann, meta: 'Sam Berry', cam_id: camera.id };
    const face = await client.add(fields, '/v1/face');
    await client.form('/v0/identify', { photo: stage.photos.otherAnn, cam_id: camera.id });
    await client.add({ photo: stage.photos.bea, cam_id: camera.id });
    const sighting = {
      ...{ person_id: face.person_id, face_id: face.id, cam_id: camera.id, meta: 'Sam Berry' },
      ...{ screenshot: photoLink, timestamp: naive },
    };
    const path = `/v0/person/history/id/${face.person_id}`;
    expect(await answer(client.get(path))).toEqual({ status: 200, json: { results: [sighting, sighting] } });
    expect(await answer(client.get(`/person/history/id/${face.person_id}`))).toMatchObject({ status: 200 });
    expect((await client.get(`${path}?cam_ids=${camera.id}&start=2016-06-13T11:00:00.000000`)).json).toEqual({
      results: [sighting, sighting],
    });
    expect((await client.get(`${path}?cam_ids=1,25,26`)).json).toEqual({ results: [] });
    expect((await client.get(`${path}?end=2016-06-14T11:00:00`)).json).toEqual({ results: [] });
  });

  it.each(['2001001', 'abc'])('that are not there are told so: %s (ours)', async (id) => {
    const unknown = refusal(404, 'NOT_FOUND', 'There is no such person');
    expect(await answer(client.get(`/v0/person/id/${id}`))).toEqual(unknown);
    expect(await answer(client.get(`/v0/person/history/id/${id}`))).toEqual(unknown);
  });

  it('are told to nobody who does not reach them (ours)', async () => {
    const face = await client.add({ photo: stage.photos.ann, meta: 'Sam Berry' }, '/v1/face');
    const other = await stage.client();
    expect((await other.get('/v0/persons')).json).toEqual({ results: [] });
    expect((await other.get(`/v0/person/id/${face.person_id}`)).status).toBe(404);
  });
});

describe('/docs', () => {
  const open = { headers: { Authorization: '' } };

  it('lists the versions to everybody (704–706)', async () => {
    expect(await answer(client.send('GET', '/docs/', open))).toEqual({
      status: 200,
      json: { results: ['v0', 'v1'] },
    });
  });

  it.each(['v0', 'v1'])('describes all that there is in %s to everybody (708–710)', async (version) => {
    const { status, headers, bytes } = await client.send('GET', `/docs/${version}`, open);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(bytes.toString()).toContain('data-document="/findface/openapi.json"');
  });

  it('knows no other version (ours)', async () => {
    expect(await answer(client.get('/docs/v2'))).toEqual(refusal(404, 'NOT_FOUND', 'There is nothing here'));
  });
});
