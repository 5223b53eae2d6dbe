import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call } from '../../harness/http-client.ts';
import { group, portrait } from '../../harness/photographs.ts';

let app: TestApp;
let ann: Buffer;
beforeAll(async () => {
  app = await startTestApp();
  ann = await portrait('ann');
});
afterAll(() => app[Symbol.asyncDispose]());

function ask(method: string, path: string, more: Call = {}) {
  const key = path.includes('/detection/') ? app.keys.detection : app.keys.recognition;
  return call(app.compreface.address, method, `/api/v1${path}`, { key, ...more });
}

describe('what real clients send', () => {
  it('is read with a second `?` where an `&` belongs', async () => {
    const refused = await ask('POST', '/recognition/faces?subject=Alice?det_prob_threshold=1', {
      files: [{ bytes: ann }],
    });
    expect(refused).toMatchObject({ status: 400, json: { code: 28 } });
    const taken = await ask('POST', '/recognition/faces?subject=Alice?det_prob_threshold=0.5', {
      files: [{ bytes: ann }],
    });
    expect(taken).toMatchObject({ status: 201, json: { subject: 'Alice' } });
  });

  it('keeps a `?` that belongs to a name', async () => {
    const { json } = await ask('POST', '/recognition/faces?subject=Who?%20me', { files: [{ bytes: ann }] });
    expect(json).toMatchObject({ subject: 'Who? me' });
    const escaped = await ask('POST', '/recognition/faces?subject=A%3Flimit=1', { files: [{ bytes: ann }] });
    expect(escaped.json).toMatchObject({ subject: 'A?limit=1' });
  });

  it('is read with three questions in a row, as the SDK builds them without a limit', async () => {
    const path = '/detection/detect?det_prob_threshold=0.5?face_plugins=landmarks?status=true';
    expect((await ask('POST', path, { files: [{ bytes: ann }] })).json).toEqual({
      result: [expect.objectContaining({ landmarks: expect.any(Array), execution_time: expect.any(Object) })],
      plugins_versions: expect.any(Object),
    });
  });

  it.each([
    '?&limit=1',
    '?limit=1&',
    '?limit=1&limit=0',
    '?&&limit=1&det_prob_threshold=&face_plugins=&status=',
    '?limit=%201',
    '?limit=1&face_plugins=undefined',
    '?limit=1&unknown=%E0%A4%A',
  ])('is read as one face of three: %s', async (query) => {
    const { status, json } = await ask('POST', `/detection/detect${query}`, { files: [{ bytes: group(3) }] });
    expect({ status, faces: (json as { result: unknown[] }).result.length }).toEqual({
      status: 200,
      faces: 1,
    });
  });

  it.each(['true', 'TRUE', '1', 'on', 'yes'])('means status=true by %s', async (word) => {
    const { json } = await ask('POST', `/detection/detect?status=${word}`, { files: [{ bytes: ann }] });
    expect(json).toHaveProperty('plugins_versions');
  });

  it('is answered with a slash at the end of any path', async () => {
    expect(await ask('GET', '/recognition/faces/')).toMatchObject({ status: 200 });
    expect(await ask('POST', '/recognition/recognize/?limit=1', { files: [{ bytes: ann }] })).toMatchObject({
      status: 200,
    });
    expect(await call(app.compreface.address, 'GET', '/api/v1/config/')).toMatchObject({ status: 200 });
  });

  it('is answered with a body on GET-like verbs and keys that nobody knows', async () => {
    const json = { api_endpoint: 'x', file: ann.toString('base64') };
    expect(await ask('DELETE', '/recognition/faces?subject=Nobody', { json })).toMatchObject({
      json: { deleted: 0 },
    });
    expect(await ask('POST', '/detection/detect', { json })).toMatchObject({ status: 200 });
  });

  it('may come in pieces without a length', async () => {
    const boundary = 'xyz';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n`;
    const pieces = [
      Buffer.from(head),
      ann.subarray(0, 999),
      ann.subarray(999),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ];
    const response = await fetch(`${app.compreface.address}/api/v1/detection/detect`, {
      method: 'POST',
      headers: {
        'x-api-key': app.keys.detection,
        'Content-Type': `multipart/form-data; boundary=${boundary}`,
      },
      body: ReadableStream.from(pieces),
      duplex: 'half',
    });
    expect(response.status).toBe(200);
  });

  it('may ask by another case of the key and of the header', async () => {
    const headers = { 'X-API-KEY': app.keys.recognition.toUpperCase() };
    expect(
      await call(app.compreface.address, 'GET', '/api/v1/recognition/subjects', { headers }),
    ).toMatchObject({
      status: 200,
    });
  });
});

describe('a browser', () => {
  it('may call from any page: the preflight needs no key', async () => {
    const { status, headers, bytes } = await call(
      app.compreface.address,
      'OPTIONS',
      '/api/v1/recognition/faces',
      {
        headers: { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' },
      },
    );
    expect([status, bytes.length, headers.get('access-control-allow-origin')]).toEqual([204, 0, '*']);
    expect(headers.get('access-control-allow-headers')).toContain('x-api-key');
    expect(headers.get('access-control-allow-methods')).toContain('DELETE');
  });

  it('gets the header on answers and refusals alike', async () => {
    const refused = await call(app.compreface.address, 'GET', '/api/v1/recognition/faces');
    const answered = await ask('GET', '/recognition/faces');
    for (const { headers } of [refused, answered]) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('what is asked without a key', () => {
  it('is the limits of uploads', async () => {
    const { status, json } = await call(app.compreface.address, 'GET', '/api/v1/config');
    expect({ status, json }).toEqual({
      status: 200,
      json: { clientMaxFileSize: 5_242_880, clientMaxBodySize: 10_485_760 },
    });
  });

  it('is whether the server is in order', async () => {
    const { status, json } = await call(app.compreface.address, 'GET', '/api/v1/consistence/status');
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        demoFaceCollectionIsInconsistent: false,
        dbIsInconsistent: false,
        saveImagesToDB: true,
        status: 'OK',
      },
    });
  });
});

describe('the main port', () => {
  it('has the same API under /compreface', async () => {
    const key = app.keys.detection;
    const reply = await call(app.main.address, 'POST', '/compreface/api/v1/detection/detect', {
      key,
      files: [{ bytes: ann }],
    });
    expect(reply).toMatchObject({ status: 200 });
    expect(await call(app.main.address, 'GET', '/api/v1/recognition/faces', { key })).toMatchObject({
      status: 404,
    });
  });
});

describe('the log', () => {
  it('has one line a request, with the route and never a name or a key', async () => {
    const { recognition } = app.keys;
    const id = 'a-request-of-mine';
    const path = `/api/v1/static/${recognition}/images/6b135f5b-a365-4522-b1f1-4c9ac2dd0728`;
    await call(app.compreface.address, 'GET', path, { headers: { 'X-Request-Id': id } });
    await ask('DELETE', '/recognition/subjects/Secretname', { headers: { 'X-Request-Id': `${id}-2` } });
    const lines = app.logged.filter((line) => String(line.id).startsWith(id));
    expect(lines).toEqual([
      expect.objectContaining({ id, status: 200, route: '/api/v1/static/:key/images/:image_id' }),
      expect.objectContaining({
        status: 404,
        route: '/api/v1/recognition/subjects/:subject',
        refusal: 'person-unknown',
      }),
    ]);
    const everything = JSON.stringify(app.logged);
    for (const secret of ['Secretname', recognition, 'Alice']) expect(everything).not.toContain(secret);
    expect(app.served.at(-1)).toMatchObject({ dialect: 'compreface', method: 'DELETE', status: 404 });
  });
});
