import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, type Reply } from '../../harness/http-client.ts';
import { type Client, type Face, openStage, photoLink, type Stage, urls } from './stage.ts';

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

/** As a browser does it, without a token. */
const fetched = (path: string): Promise<Reply> => call(stage.app.main.address, 'GET', path);
const noPhoto = { status: 404, json: { code: 'NOT_FOUND', reason: 'There is no such face' } };

describe('The photo of a face', () => {
  it('that was uploaded is at an address of ours, for whoever has that (295, ours)', async () => {
    const { photo } = await client.add({ photo: stage.photos.ann });
    expect(photo).toEqual(photoLink);
    const { status, headers, bytes } = await fetched(photo);
    expect([status, headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(bytes.equals(stage.photos.ann)).toBe(true);
    for (const elsewhere of [photo.replace('/v1', ''), photo.replace('v1', 'v0'), `${photo}/`])
      expect((await fetched(elsewhere)).bytes.equals(stage.photos.ann)).toBe(true);
  });

  it('has the type of bytes where it is no JPEG (ours)', async () => {
    const { photo } = await client.add({ photo: stage.photos.otherAnn });
    const { headers, bytes } = await fetched(photo);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(bytes.equals(stage.photos.otherAnn)).toBe(true);
  });

  it('with several faces is not kept, for who is erased would still be seen in it (ours)', async () => {
    for (const mf_selector of ['all', 'biggest']) {
      const { json } = await client.form('/v0/face', { photo: stage.photos.group, mf_selector });
      const { results } = json as { results: Face[] };
      expect(results.length > 1).toBe(mf_selector === 'all');
      expect(new Set(results.map(({ photo }) => photo))).toEqual(new Set(['']));
    }
  });

  it('is the URL that it came from (277, 294)', async () => {
    const { json } = await client.post('/v0/face/', { photo: urls.ann });
    expect((json as { results: Face[] }).results).toMatchObject([{ photo: urls.ann }]);
  });

  it('is told the same wherever a face is told (209, 395, 509, 563, 622)', async () => {
    const { id, photo } = await client.add({ photo: stage.photos.ann, meta: 'Sam Berry' });
    for (const version of ['/v0', '/v1', '']) {
      const get = async (path: string) => (await client.get(version + path)).json;
      expect(await get(`/face/id/${id}`)).toMatchObject({ photo });
      expect(await get('/faces')).toMatchObject({ results: [{ photo }] });
      expect(await get('/faces?limit=1')).toMatchObject({ results: [{ photo }] });
      expect(await get('/face/meta/Sam%20Berry')).toMatchObject({ results: [{ photo }] });
      expect(await get('/meta')).toMatchObject({ results: [{ face: { photo } }] });
      const found = await client.form(`${version}/identify`, { photo: stage.photos.ann });
      const { results } = found.json as { results: Record<string, unknown> };
      expect(Object.values(results)).toMatchObject([[{ face: { photo } }]]);
    }
    expect((await client.put(`/v1/face/id/${id}`, { meta: 'Sam' })).json).toMatchObject({ photo });
  });

  it('is told with what cameras have seen, as a screenshot too (751, 815)', async () => {
    const added = await client.add({ photo: stage.photos.ann, cam_id: randomUUID() }, '/v1/face');
    const { photo, person_id } = added;
    expect((await client.post('/v0/history/search')).json).toMatchObject({ results: [{ photo }] });
    expect((await client.get(`/v1/person/history/id/${person_id}`)).json).toMatchObject({
      results: [{ screenshot: photo }],
    });
  });

  it('that another API has kept is shown too (1 of RECOVERED)', async () => {
    const picture = stage.photos.dora;
    const ask = {
      collectionId: client.home.id,
      key: 'Dora',
      picture,
      faces: 'detect',
      reach: 'all',
    } as const;
    await stage.app.services.people.enrol(ask, AbortSignal.timeout(60_000));
    const { results } = (await client.get('/v0/faces')).json as { results: [Face] };
    expect((await fetched(results[0].photo)).bytes.equals(picture)).toBe(true);
  });

  it('stays with the face in its other galleries (ours)', async () => {
    for (const name of ['gal1', 'ppl']) await client.post(`/v0/galleries/${name}`);
    const { id, photo } = await client.add({ photo: stage.photos.ann, galleries: 'gal1' });
    const galleries = { add: ['ppl'], del: ['gal1'] };
    const moved = (await client.put(`/v0/face/id/${id}`, { galleries })).json as Face;
    expect(moved.photo).not.toBe(photo);
    expect((await fetched(moved.photo)).bytes.equals(stage.photos.ann)).toBe(true);
    expect(await fetched(photo)).toMatchObject(noPhoto);
  });

  it('is not there any more once the face was deleted (457, ours)', async () => {
    const { id, photo } = await client.add({ photo: stage.photos.ann });
    await client.delete(`/v0/face/id/${id}`);
    expect(await fetched(photo)).toMatchObject(noPhoto);
  });

  it('is not there any more once its person was erased (ours)', async () => {
    const { photo } = await client.add({ photo: stage.photos.ann, meta: 'Sam Berry' });
    const { gallery } = stage.app.services;
    const member = await gallery.findMembership(client.home.id, 'Sam Berry');
    await gallery.erase(member!.personId);
    expect(await fetched(photo)).toMatchObject(noPhoto);
  });

  it('is shown by no link that was changed or made up (ours)', async () => {
    const { photo } = await client.add({ photo: stage.photos.ann });
    const end = photo.endsWith('A') ? 'B' : 'A';
    for (const path of [
      `${photo.slice(0, -1)}${end}`,
      `${photo}A`,
      '/findface/v1/photo/x',
      '/findface/v1/photo/%ff',
    ])
      expect(await fetched(path)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
  });

  it('is empty where the operator keeps none (815)', async () => {
    await using frugal = await openStage({ pictures: 'none' });
    const other = await frugal.client();
    expect(await other.add({ photo: frugal.photos.ann })).toMatchObject({ photo: '' });
    const cam_id = randomUUID();
    await other.add({ photo: frugal.photos.bea, cam_id });
    expect((await other.post('/v0/history/search')).json).toMatchObject({ results: [{ photo: '' }] });
  });
});
