import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';

// The numbers in brackets are lines of CompreFace's REST API description; "server" is what the real one does.

type Example = { image_id: string; subject: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const unknownId = '6b135f5b-a365-4522-b1f1-4c9ac2dd0728';

let app: TestApp;
let ann: Buffer;
beforeAll(async () => {
  app = await startTestApp();
  ann = await portrait('ann');
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(() => ask('DELETE', ''));

function ask(method: string, rest: string, more: Call = {}) {
  const path = `/api/v1/recognition/faces${rest}`;
  return call(app.compreface.address, method, path, { key: app.keys.recognition, ...more });
}

async function add(subject: string): Promise<string> {
  const { json } = await ask('POST', `?subject=${encodeURIComponent(subject)}`, { files: [{ bytes: ann }] });
  return (json as Example).image_id;
}

describe('POST /faces', () => {
  it('answers 201 with the image id and the subject, from a file (105–125)', async () => {
    const { status, json } = await ask('POST', '?subject=Ann', { files: [{ bytes: ann }] });
    expect({ status, json }).toEqual({
      status: 201,
      json: { image_id: expect.stringMatching(uuid), subject: 'Ann' },
    });
  });

  it('answers the same from base64 (558–561)', async () => {
    const { status, json } = await ask('POST', '?subject=Ann', { json: { file: ann.toString('base64') } });
    expect({ status, json }).toEqual({
      status: 201,
      json: { image_id: expect.stringMatching(uuid), subject: 'Ann' },
    });
  });

  it('adds to the subject that has the name in another case (server)', async () => {
    await add('Ann');
    expect((await ask('POST', '?subject=ANN', { files: [{ bytes: ann }] })).json).toMatchObject({
      subject: 'Ann',
    });
    expect((await ask('GET', '')).json).toMatchObject({ total_elements: 2 });
  });

  it('refuses a picture of several people (105; server: 31)', async () => {
    const { status, json } = await ask('POST', '?subject=Ann', { files: [{ bytes: group(3) }] });
    expect({ status, json }).toEqual({
      status: 400,
      json: { message: 'More than one face in the source image', code: 31 },
    });
  });

  it('refuses a picture of nobody (server: 28)', async () => {
    const { status, json } = await ask('POST', '?subject=Ann', { files: [{ bytes: await emptyRoom() }] });
    expect({ status, json }).toEqual({
      status: 400,
      json: { message: 'No face is found in the given image', code: 28 },
    });
  });

  it('finds no face under a detector threshold that none reaches (115)', async () => {
    const { json } = await ask('POST', '?subject=Ann&det_prob_threshold=1', { files: [{ bytes: ann }] });
    expect(json).toMatchObject({ code: 28 });
  });

  it('needs a subject (server: 33)', async () => {
    const { status, json } = await ask('POST', '', { files: [{ bytes: ann }] });
    expect({ status, json }).toEqual({
      status: 400,
      json: { message: 'Required parameter subject is missing', code: 33 },
    });
  });

  it('enrols nothing when it refuses', async () => {
    const before = await app.services.gallery.digest();
    await ask('POST', '?subject=Ann', { files: [{ bytes: group(3) }] });
    await ask('POST', '?subject=Ann', { files: [{ bytes: await emptyRoom() }] });
    expect(await app.services.gallery.digest()).toBe(before);
  });
});

describe('GET /faces', () => {
  it('lists the examples by pages (126–156)', async () => {
    const ids = [await add('Ann'), await add('Bea'), await add('Ann')];
    const { status, json } = await ask('GET', '?page=1&size=2');
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        faces: [{ image_id: ids[2], subject: 'Ann' }],
        page_number: 1,
        page_size: 2,
        total_pages: 2,
        total_elements: 3,
      },
    });
  });

  it('lists those of one subject, whose name is taken exactly (134; server)', async () => {
    await add('Ann');
    const bea = await add('Bea');
    expect((await ask('GET', '?subject=Bea')).json).toMatchObject({
      faces: [{ image_id: bea, subject: 'Bea' }],
      total_elements: 1,
    });
    expect((await ask('GET', '?subject=bea')).json).toMatchObject({ faces: [], total_elements: 0 });
  });

  it('lists all when the subject is empty (134)', async () => {
    await add('Ann');
    expect((await ask('GET', '?subject=')).json).toMatchObject({ total_elements: 1 });
  });

  it.each([
    ['', 0, 20],
    ['?size=0', 0, 20],
    ['?size=-3', 0, 20],
    ['?size=2000', 0, 2000],
    ['?size=2001', 0, 2000],
    ['?page=-1', 0, 20],
    ['?page=7', 7, 20],
  ])('reads the page of %s (132–133; server)', async (query, page, size) => {
    const { status, json } = await ask('GET', query);
    expect({ status, json }).toEqual({
      status: 200,
      json: { faces: [], page_number: page, page_size: size, total_pages: 0, total_elements: 0 },
    });
  });
});

describe('DELETE /faces', () => {
  it('deletes the examples of a subject, who goes with the last one (157–170)', async () => {
    await add('Ann');
    await add('Ann');
    await add('Bea');
    const { status, json } = await ask('DELETE', '?subject=ann');
    expect({ status, json }).toEqual({ status: 200, json: { deleted: 2 } });
    const { json: left } = await call(app.compreface.address, 'GET', '/api/v1/recognition/subjects', {
      key: app.keys.recognition,
    });
    expect(left).toEqual({ subjects: ['Bea'] });
  });

  it('deletes all without a subject (163)', async () => {
    await add('Ann');
    await add('Bea');
    expect((await ask('DELETE', '')).json).toEqual({ deleted: 2 });
    expect(app.services.gallery.counts().references).toBe(0);
  });

  it('deletes nothing of an unknown subject (server)', async () => {
    await add('Ann');
    const { status, json } = await ask('DELETE', '?subject=Nobody');
    expect({ status, json }).toEqual({ status: 200, json: { deleted: 0 } });
  });

  it('never takes an empty name for all (ours)', async () => {
    await add('Ann');
    expect(await ask('DELETE', '?subject=')).toMatchObject({
      status: 400,
      json: { message: 'Subject name is empty', code: 26 },
    });
    expect(app.services.gallery.counts().references).toBe(1);
  });
});

describe('DELETE /faces/<image_id>', () => {
  it('deletes one and tells which (171–186)', async () => {
    const id = await add('Ann');
    const { status, json } = await ask('DELETE', `/${id}`);
    expect({ status, json }).toEqual({ status: 200, json: { image_id: id, subject: 'Ann' } });
    expect(app.services.gallery.counts()).toMatchObject({ persons: 0, references: 0 });
  });

  it('refuses an unknown image (171; server: 44)', async () => {
    const { status, json } = await ask('DELETE', `/${unknownId}`);
    expect({ status, json }).toEqual({
      status: 404,
      json: { message: `Image ${unknownId} not found`, code: 44 },
    });
  });

  it('answers an id that is no UUID with 400 and nothing (server)', async () => {
    expect(await ask('DELETE', '/42')).toMatchObject({ status: 400, bytes: Buffer.alloc(0) });
  });
});

describe('POST /faces/delete', () => {
  it('deletes several, passes over unknown ones, and answers an array (187–206; server)', async () => {
    const [one, two] = [await add('Ann'), await add('Bea')];
    const { status, json } = await ask('POST', '/delete', { json: [one, unknownId, two] });
    expect(status).toBe(200);
    expect(new Set(json as Example[])).toEqual(
      new Set([
        { image_id: one, subject: 'Ann' },
        { image_id: two, subject: 'Bea' },
      ]),
    );
    expect(app.services.gallery.counts().references).toBe(0);
  });
});

describe('the picture of an example', () => {
  const download = {
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
  };

  it('comes as it was enrolled, by key in the header (215–223) and in the path (208–214)', async () => {
    const id = await add('Ann');
    const direct = await ask('GET', `/${id}/img`);
    const { recognition } = app.keys;
    const pasted = await call(app.compreface.address, 'GET', `/api/v1/static/${recognition}/images/${id}`);
    for (const { status, headers, bytes } of [direct, pasted]) {
      expect({ status, ...Object.fromEntries(headers) }).toMatchObject({ status: 200, ...download });
      expect(bytes.equals(ann)).toBe(true);
    }
  });

  it('is empty when there is none (214, 223)', async () => {
    const { status, headers, bytes } = await ask('GET', `/${unknownId}/img`);
    expect({ status, length: bytes.length, ...Object.fromEntries(headers) }).toMatchObject({
      status: 200,
      length: 0,
      ...download,
    });
  });

  it('is empty for another collection’s key', async () => {
    const id = await add('Ann');
    const { keys } = await app.issueKeys('elsewhere');
    expect((await ask('GET', `/${id}/img`, { key: keys.recognition })).bytes).toHaveLength(0);
  });

  it('is answered to HEAD without a body', async () => {
    const id = await add('Ann');
    const { status, headers, bytes } = await ask('HEAD', `/${id}/img`);
    expect([status, headers.get('content-length'), bytes.length]).toEqual([200, String(ann.length), 0]);
  });

  it('is not kept when the policy says so', async () => {
    await using frugal = await startTestApp({ pictures: 'none' });
    const at = frugal.compreface.address;
    const key = frugal.keys.recognition;
    const added = await call(at, 'POST', '/api/v1/recognition/faces?subject=Ann', {
      key,
      files: [{ bytes: ann }],
    });
    const id = (added.json as Example).image_id;
    expect((await call(at, 'GET', `/api/v1/recognition/faces/${id}/img`, { key })).bytes).toHaveLength(0);
    expect((await call(at, 'GET', '/api/v1/consistence/status')).json).toMatchObject({
      saveImagesToDB: false,
    });
  });
});
