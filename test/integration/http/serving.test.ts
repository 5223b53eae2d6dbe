import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Vision } from '../../../src/domain/ports/vision.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { startTestApp } from '../../harness/app.ts';
import { call } from '../../harness/http-client.ts';
import { group, portrait } from '../../harness/photographs.ts';
import { exchange } from '../../harness/raw-http.ts';
import { Gate, openTestVision } from '../../harness/vision.ts';

const gate = new Gate();
const vision = await openTestVision({ queueCapacity: 1, gate });
const seen: Uint8Array[] = [];
const app = await startTestApp({
  vision: withOwn<Vision>(vision, {
    analyse(request, signal) {
      seen.push(request.picture);
      return vision.analyse(request, signal);
    },
  }),
});
afterAll(() => app[Symbol.asyncDispose]());

const detect = (bytes: Buffer) =>
  call(app.compreface.address, 'POST', '/api/v1/detection/detect', {
    key: app.keys.detection,
    files: [{ bytes }],
  });

/** The bytes of an upload, for a socket. */
function upload(picture: Buffer, key = app.keys.detection): string {
  const body = JSON.stringify({ file: picture.toString('base64') });
  return [
    'POST /api/v1/detection/detect HTTP/1.1',
    'Host: x',
    `x-api-key: ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

describe('more pictures than there is room for', () => {
  it('are answered or honestly refused with the time to wait, and the answers are the same as alone', async () => {
    const alone = await detect(group(6));
    gate.shut();
    const requests = Array.from({ length: 12 }, () => detect(group(6)));
    await Promise.race(requests);
    gate.open();
    const replies = await Promise.all(requests);
    const answered = replies.filter(({ status }) => status === 200);
    const refused = replies.filter(({ status }) => status === 503);
    expect(answered.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(answered.length + refused.length).toBe(replies.length);
    for (const { json } of answered) expect(json).toEqual(alone.json);
    for (const { headers, json } of refused) {
      // Seconds by what pictures took so far: two on a busy machine.
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
      expect(json).toEqual({ message: expect.any(String), code: 41 });
    }
  });
});

describe('a client that hangs up while it waits', () => {
  it('gives its place in the queue back', async () => {
    gate.shut();
    const first = detect(group(6));
    await vi.waitFor(() => expect(vision.status().running).toBe(1), { interval: 1 });
    const waiting = connect(app.compreface.port, '127.0.0.1');
    waiting.write(upload(group(5)));
    await vi.waitFor(() => expect(vision.status().queued).toBe(1), { interval: 1 });
    waiting.destroy();
    await vi.waitFor(() => expect(vision.status().queued).toBe(0), { interval: 1 });
    gate.open();
    expect((await first).status).toBe(200);
    await vi.waitFor(() => expect(app.served.some(({ status }) => status === 499)).toBe(true));
  });
});

describe('a client that is refused in the middle of its upload', () => {
  it('reads its answer, and the connection serves the next request', async () => {
    const socket = connect(app.compreface.port, '127.0.0.1');
    const picture = await portrait('ann');
    const wrong = upload(picture, '00000000-0000-4000-8000-000000000000');
    socket.write(wrong.slice(0, 2_000));
    setImmediate(() => socket.write(wrong.slice(2_000)));
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 404/);
    socket.write(upload(picture));
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 200/);
    socket.destroy();
  });
});

describe('a server that is drained', () => {
  it('answers what it has begun, tells the client to leave, and takes nobody new', async () => {
    const other = await startTestApp({ vision: await openTestVision({ gate }) });
    const at = other.compreface.address;
    const key = other.keys.detection;
    gate.shut();
    const begun = call(at, 'POST', '/api/v1/detection/detect', { key, files: [{ bytes: group(6) }] });
    await vi.waitFor(() => expect(other.services.vision.status().running).toBe(1), { interval: 1 });
    const drained = other.compreface.drain(60_000);
    gate.open();
    expect((await begun).status).toBe(200);
    await drained;
    await expect(call(at, 'GET', '/api/v1/config')).rejects.toThrow('fetch failed');
    await other[Symbol.asyncDispose]();
  });

  it('cuts off what has not ended after its grace', async () => {
    const other = await startTestApp();
    const socket = connect(other.compreface.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(upload(group(6)).slice(0, 500));
    await once(socket, 'ready');
    const closed = once(socket, 'close');
    await other.compreface.drain(50);
    await closed;
    await other[Symbol.asyncDispose]();
  });
});

describe('more bytes of uploads than fit into memory', () => {
  it('are refused before they are read, and taken again when the others are through', async () => {
    await using small = await startTestApp({ bodiesBytes: 1_000_000 });
    const at = small.compreface;
    const headers = { 'x-api-key': small.keys.detection, 'content-type': 'application/json' };
    const slow = connect(at.port, '127.0.0.1');
    const head = ['POST /api/v1/detection/detect HTTP/1.1', 'Host: x', 'Content-Length: 900000'];
    const given = Object.entries(headers).map((pair) => pair.join(': '));
    slow.write(`${[...head, ...given].join('\r\n')}\r\n\r\n{`);
    const files = [{ bytes: group(6) }];
    const ask = () =>
      call(at.address, 'POST', '/api/v1/detection/detect', { key: headers['x-api-key'], files });
    await vi.waitFor(async () => expect(await ask()).toMatchObject({ status: 503, json: { code: 41 } }));
    slow.destroy();
    await vi.waitFor(async () => expect(await ask()).toMatchObject({ status: 200 }));
  });
});

describe('a target that is no URL', () => {
  it('is refused with nothing but the status, and stands in no log', async () => {
    const asked = 'GET http://[secret/api/v1/config HTTP/1.1\r\nHost: x\r\n\r\n';
    expect(await exchange(app.compreface.port, [asked])).toEqual({ status: 400, body: '' });
    await vi.waitFor(() => expect(app.logged.at(-1)).toMatchObject({ status: 400, refusal: 'target' }));
    expect(JSON.stringify(app.logged)).not.toContain('[secret');
  });
});

describe('a client that guesses keys', () => {
  it('is told to wait, in the form of the API that it guesses at', async () => {
    await using strict = await startTestApp({ wrongAttempts: 2 });
    const guess = (key: string) =>
      call(strict.compreface.address, 'GET', '/api/v1/recognition/subjects', { key });
    const wrong = '00000000-0000-4000-8000-000000000000';
    expect(await guess(strict.keys.recognition)).toMatchObject({ status: 200 });
    expect(await guess(wrong)).toMatchObject({ status: 404, json: { code: 10 } });
    expect(await guess(wrong)).toMatchObject({ status: 404, json: { code: 10 } });
    const told = await guess(wrong);
    expect(told).toMatchObject({ status: 429, json: { message: expect.any(String), code: 0 } });
    expect(told.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await guess(strict.keys.recognition)).toMatchObject({ status: 200 });
  });
});

describe('the bytes of an upload', () => {
  const upload = async (bytes: Buffer) => {
    seen.length = 0;
    const { status } = await detect(bytes);
    return { status, bytes: seen[0]! };
  };

  it('are freed when the answer is out', async () => {
    const { status, bytes } = await upload(group(6));
    expect(status).toBe(200);
    await vi.waitFor(() => expect(bytes.byteLength).toBe(0), { interval: 1 });
  });

  it('stay where the request failed, for somebody may be at work with them still', async () => {
    const { status, bytes } = await upload(Buffer.from('no picture'));
    expect(status).toBe(400);
    expect(Buffer.from(bytes).toString()).toBe('no picture');
  });
});
