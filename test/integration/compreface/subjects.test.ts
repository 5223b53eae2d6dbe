import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { portrait } from '../../harness/photographs.ts';

// The numbers in brackets are lines of CompreFace's REST API description; "server" is what the real one does.

const illegal = "The name cannot contain the following special characters: ';', '/', '\\'";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(() => ask('DELETE', ''));

function ask(method: string, rest: string, more: Call = {}) {
  const path = `/api/v1/recognition/subjects${rest}`;
  return call(app.compreface.address, method, path, { key: app.keys.recognition, ...more });
}

async function addFace(subject: string): Promise<string> {
  const files = [{ bytes: await portrait('ann') }];
  const path = `/api/v1/recognition/faces?subject=${encodeURIComponent(subject)}`;
  const { json } = await call(app.compreface.address, 'POST', path, { key: app.keys.recognition, files });
  return (json as { image_id: string }).image_id;
}

describe('POST /subjects', () => {
  it('answers 201 with the subject (12–29)', async () => {
    const { status, json } = await ask('POST', '', { json: { subject: 'Ann' } });
    expect({ status, json }).toEqual({ status: 201, json: { subject: 'Ann' } });
  });

  it('refuses a subject that exists, whatever its case (server: 43)', async () => {
    await ask('POST', '', { json: { subject: 'Ann' } });
    for (const subject of ['Ann', 'ANN']) {
      const { status, json } = await ask('POST', '', { json: { subject } });
      expect({ status, json }).toEqual({
        status: 400,
        json: { message: 'Subject already exists', code: 43 },
      });
    }
  });

  it.each([
    ['empty', '', 'Subject name is empty', 26],
    ['blank', '   ', 'Subject name is empty', 26],
    ['too long', 'x'.repeat(51), 'Subject name size must be between 1 and 50', 26],
    ['with a semicolon', 'a;b', illegal, 36],
    ['with a slash', 'a/b', illegal, 36],
    ['with a backslash', 'a\\b', illegal, 36],
  ])('refuses a name that is %s (server: 26, 36)', async (_what, subject, message, code) => {
    const { status, json } = await ask('POST', '', { json: { subject } });
    expect({ status, json }).toEqual({ status: 400, json: { message, code } });
  });

  it('takes a name of 50 letters, and letters of any script', async () => {
    for (const subject of ['x'.repeat(50), 'Ünal Ærø 李小龙']) {
      expect(await ask('POST', '', { json: { subject } })).toMatchObject({ status: 201, json: { subject } });
    }
  });

  it('passes over keys that it does not know', async () => {
    const json = { subject: 'Ann', api_endpoint: '/api/v1/recognition/subjects' };
    expect((await ask('POST', '/', { json })).status).toBe(201);
  });
});

describe('GET /subjects', () => {
  it('lists the names, with and without a slash at the end (80–99)', async () => {
    await ask('POST', '', { json: { subject: 'Bea' } });
    await ask('POST', '', { json: { subject: 'Ann' } });
    for (const rest of ['', '/']) {
      const { status, json } = await ask('GET', rest);
      expect({ status, json }).toEqual({ status: 200, json: { subjects: ['Ann', 'Bea'] } });
    }
  });

  it('lists nothing in an empty collection', async () => {
    expect((await ask('GET', '')).json).toEqual({ subjects: [] });
  });

  it('lists the subjects of its own key only', async () => {
    await ask('POST', '', { json: { subject: 'Ann' } });
    const { keys } = await app.issueKeys('elsewhere');
    expect((await ask('GET', '', { key: keys.recognition })).json).toEqual({ subjects: [] });
  });
});

describe('PUT /subjects/<subject>', () => {
  it('renames (30–47; server: a boolean)', async () => {
    await ask('POST', '', { json: { subject: 'Ann' } });
    const { status, json } = await ask('PUT', '/ann', { json: { subject: 'Anna' } });
    expect({ status, json }).toEqual({ status: 200, json: { updated: true } });
    expect((await ask('GET', '')).json).toEqual({ subjects: ['Anna'] });
  });

  it('changes the case of a name', async () => {
    await ask('POST', '', { json: { subject: 'ann' } });
    expect((await ask('PUT', '/ann', { json: { subject: 'Ann' } })).json).toEqual({ updated: true });
    expect((await ask('GET', '')).json).toEqual({ subjects: ['Ann'] });
  });

  it('merges into a subject that has the name already: all faces become hers (31)', async () => {
    const [first, second] = [await addFace('Ann'), await addFace('Bea')];
    expect((await ask('PUT', '/Ann', { json: { subject: 'BEA' } })).json).toEqual({ updated: true });
    expect((await ask('GET', '')).json).toEqual({ subjects: ['Bea'] });
    const list = await call(app.compreface.address, 'GET', '/api/v1/recognition/faces?subject=Bea', {
      key: app.keys.recognition,
    });
    const faces = (list.json as { faces: { image_id: string }[] }).faces;
    expect(new Set(faces.map(({ image_id }) => image_id))).toEqual(new Set([first, second]));
  });

  it('refuses an unknown subject (server: 42)', async () => {
    const { status, json } = await ask('PUT', '/Nobody', { json: { subject: 'Ann' } });
    expect({ status, json }).toEqual({
      status: 404,
      json: { message: 'Subject Nobody not found', code: 42 },
    });
  });

  it('refuses an empty new name', async () => {
    await ask('POST', '', { json: { subject: 'Ann' } });
    const { status, json } = await ask('PUT', '/Ann', { json: { subject: '' } });
    expect({ status, json }).toEqual({ status: 400, json: { message: 'Subject name is empty', code: 26 } });
  });
});

describe('DELETE /subjects/<subject>', () => {
  it('deletes the subject and its faces, and tells its name (48–65)', async () => {
    await addFace('Ann O’Neil');
    const { status, json } = await ask('DELETE', `/${encodeURIComponent('ann o’neil')}`);
    expect({ status, json }).toEqual({ status: 200, json: { subject: 'Ann O’Neil' } });
    expect(app.services.gallery.counts().references).toBe(0);
  });

  it('refuses an unknown subject (server: 42)', async () => {
    const { status, json } = await ask('DELETE', '/Nobody');
    expect({ status, json }).toEqual({
      status: 404,
      json: { message: 'Subject Nobody not found', code: 42 },
    });
  });

  it('takes a JSON body, as clients send one', async () => {
    await ask('POST', '', { json: { subject: 'Ann' } });
    expect((await ask('DELETE', '/Ann', { json: { subject: 'Ann' } })).json).toEqual({ subject: 'Ann' });
  });
});

describe('DELETE /subjects', () => {
  it('deletes all and counts them (66–80)', async () => {
    await ask('POST', '', { json: { subject: 'Ann' } });
    await addFace('Bea');
    const { status, json } = await ask('DELETE', '');
    expect({ status, json }).toEqual({ status: 200, json: { deleted: 2 } });
    expect(app.services.gallery.counts()).toMatchObject({ persons: 0, references: 0 });
  });

  it('leaves other collections as they are', async () => {
    const { keys } = await app.issueKeys('neighbour');
    await ask('POST', '', { json: { subject: 'Ann' } });
    expect((await ask('DELETE', '', { key: keys.recognition })).json).toEqual({ deleted: 0 });
    expect((await ask('GET', '')).json).toEqual({ subjects: ['Ann'] });
  });
});
