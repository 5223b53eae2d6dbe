import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/domain/errors.ts';
import { type BodyLimits, defaultBodyLimits } from '../../../src/http/body/limits.ts';
import { readJson } from '../../../src/http/body/read-json.ts';
import { type Part, readMultipart } from '../../../src/http/body/read-multipart.ts';
import { type HttpListener, listen } from '../../../src/http/server.ts';

import type { RequestBody } from '../../harness/http-client.ts';

const limits: BodyLimits = {
  ...defaultBodyLimits,
  maxFileBytes: 1_000,
  maxMultipartBytes: 3_000,
  maxJsonBytes: 500,
  maxJsonDepth: 4,
  idleMs: 200,
};

let server: HttpListener;
let outcome: Promise<unknown>;
afterEach(() => server[Symbol.asyncDispose]());

type Read = typeof readJson | typeof readMultipart;

/** A server that reads one body and says what became of it. */
async function serve(read: Read, within: BodyLimits = limits): Promise<void> {
  let tell: (result: unknown) => void;
  outcome = new Promise((resolve) => {
    tell = resolve;
  });
  server = await listen(
    (request, response) => {
      const done = (result: unknown) => {
        response.end();
        tell(result);
      };
      read(request, within).then(done, done);
    },
    { host: '127.0.0.1', port: 0 },
  );
}

async function send(read: Read, body: RequestBody, contentType?: string): Promise<unknown> {
  await serve(read);
  await fetch(server.address, {
    method: 'POST',
    body,
    ...(contentType ? { headers: { 'Content-Type': contentType } } : {}),
  });
  return outcome;
}

function refused(code: ErrorCode) {
  return expect.objectContaining({ constructor: AppError, code });
}

function formOf(...files: [name: string, bytes: number][]): FormData {
  const form = new FormData();
  for (const [name, bytes] of files) form.append(name, new Blob([new Uint8Array(bytes)]), `${name}.jpg`);
  return form;
}

describe('a JSON body', () => {
  it('is read whole', async () => {
    expect(await send(readJson, '{"a": ["\\"[", 1]}')).toEqual({ a: ['"[', 1] });
  });

  it.each([
    ['text', 'no json'],
    ['nothing', ''],
    ['cut short', '{"a": 1'],
    ['one level too deep', '[[[[[]]]]]'],
    ['one level too deep behind a string that ends in a backslash', '["\\\\",[[[[]]]]]'],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  ])('is refused when it is %s', async (_what, body) => {
    expect(await send(readJson, body)).toEqual(refused('bad-input'));
  });

  it('may be as deep as the limit, and brackets in strings do not count', async () => {
    expect(await send(readJson, '[[[["[[[[[["]]]]')).toEqual([[[['[[[[[[']]]]);
  });

  it('is refused as a whole when it is longer than allowed', async () => {
    expect(await send(readJson, JSON.stringify('x'.repeat(498)))).toBe('x'.repeat(498));
    await server[Symbol.asyncDispose]();
    expect(await send(readJson, JSON.stringify('x'.repeat(499)))).toEqual(refused('too-large'));
  });
});

describe('a multipart body', () => {
  it('gives its files and fields in order', async () => {
    const form = formOf(['one', 10], ['two', 1_000]);
    form.append('text', 'grüß');
    expect(await send(readMultipart, form)).toEqual([
      { name: 'one', fileName: 'one.jpg', bytes: Buffer.alloc(10) },
      { name: 'two', fileName: 'two.jpg', bytes: Buffer.alloc(1_000) },
      { name: 'text', bytes: Buffer.from('grüß') },
    ]);
  });

  it('is never cut off silently: a file a byte too long is refused', async () => {
    expect(await send(readMultipart, formOf(['one', 1_001]))).toEqual(refused('too-large'));
  });

  it('is refused when its parts together are too long', async () => {
    const form = formOf(['one', 900], ['two', 900], ['three', 900], ['four', 900]);
    expect(await send(readMultipart, form)).toEqual(refused('too-large'));
  });

  it('is refused when it has more parts than anybody needs', async () => {
    const form = new FormData();
    for (let at = 0; at < 40; at++) form.append(`f${at}`, '');
    expect(await send(readMultipart, form)).toMatchObject({
      code: expect.stringMatching(/bad-input|too-large/),
    });
  });

  it('has as many parts as its reader allows', async () => {
    const form = new FormData();
    for (let at = 0; at < 40; at++) form.append(`f${at}`, '');
    const wide: Read = (request, within) =>
      readMultipart(request, { ...within, maxParts: 40, maxMultipartBytes: 20_000 });
    expect(await send(wide, form)).toHaveLength(40);
    form.append('one more', '');
    expect(await send(wide, form)).toEqual(refused('bad-input'));
  });

  const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc';

  it.each([
    ['has no end', part, 'multipart/form-data; boundary=b'],
    ['has another boundary than it says', `${part}\r\n--b--\r\n`, 'multipart/form-data; boundary=c'],
    ['is empty', '', 'multipart/form-data; boundary=b'],
    ['has neither a boundary nor a first line to tell one', 'abc', 'multipart/form-data'],
  ])('is refused when it %s', async (_what, body, contentType) => {
    expect(await send(readMultipart, body, contentType)).toEqual(refused('bad-input'));
  });

  it('is read without a boundary in its content type, from its first line', async () => {
    expect(await send(readMultipart, `${part}\r\n--b--\r\n`, 'multipart/form-data')).toEqual([
      { name: 'file', fileName: 'a.jpg', bytes: Buffer.from('abc') },
    ]);
  });

  it('is read without a length', async () => {
    const chunks = [part.slice(0, 50), `${part.slice(50)}\r\n--b--\r\n`];
    await serve(readMultipart);
    const body = ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk)));
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    await fetch(server.address, { method: 'POST', body, duplex: 'half', headers });
    expect(await outcome).toHaveLength(1);
  });

  it.each(['with', 'without'])(
    'of some MiB is read byte by byte as it was sent, %s a length',
    async (length) => {
      const large = randomBytes(3_000_000);
      await serve(readMultipart, defaultBodyLimits);
      const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n';
      const body = Buffer.concat([Buffer.from(head), large, Buffer.from('\r\n--b--\r\n')]);
      const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
      const sent =
        length === 'with' ? { body } : { body: ReadableStream.from([body]), duplex: 'half' as const };
      await fetch(server.address, { method: 'POST', headers, ...sent });
      const [part] = (await outcome) as Part[];
      expect(part?.bytes.equals(large)).toBe(true);
    },
  );
});

describe('a body that stops coming', () => {
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n';

  it('is given up after the time of silence, and the client is answered', async () => {
    await serve(readMultipart);
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`${head}Content-Length: 500\r\n\r\n--b\r\n`);
    expect(await outcome).toEqual(refused('bad-input'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200/);
    socket.destroy();
  });

  it('counts as cancelled when the client has gone', async () => {
    await serve(readMultipart);
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`${head}Content-Length: 500\r\n\r\n--b\r\n`, () => socket.destroy());
    expect(await outcome).toEqual(refused('cancelled'));
  });

  it('counts as cancelled also when the client had gone before anybody read', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    server = await listen(
      (request) => request.on('close', () => readMultipart(request, limits).catch(resolve)),
      { host: '127.0.0.1', port: 0 },
    );
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`${head}Content-Length: 500\r\n\r\n`, () => socket.destroy());
    expect(await promise).toEqual(refused('cancelled'));
  });
});
