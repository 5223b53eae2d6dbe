import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchModel } from '../../src/adapters/model-store/folders/fetch-model.ts';
import type { ModelEntry } from '../../src/domain/catalogue.ts';
import { selfSignedForLocalhost } from '../fixtures/models/self-signed-certificate.ts';

const { key, cert: ca } = selfSignedForLocalhost();
const bytes = randomBytes(300_000);
const half = bytes.length / 2;

let folder: string;
let server: Server;
let base: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ostiary-fetch-'));
  server = createServer({ key, cert: ca }, (request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `https://localhost:${(server.address() as AddressInfo).port}`;
  answer = serve;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

describe('fetchModel', () => {
  it('installs a file whose digest is the one of the catalogue, and tells how far it is', async () => {
    const seen: number[] = [];
    const onProgress = ({ receivedBytes }: { receivedBytes: number }) => seen.push(receivedBytes);
    expect(await fetchModel(entry(), { folder, ca, onProgress })).toBe('installed');
    expect(await readFile(path.join(folder, 'net.onnx'))).toEqual(bytes);
    expect(await readdir(folder)).toEqual(['net.onnx']);
    expect(seen.at(-1)).toBe(bytes.length);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
  });

  it('asks nobody for a file that is there already', async () => {
    await writeFile(path.join(folder, 'net.onnx'), bytes);
    answer = () => expect.unreachable();
    expect(await fetchModel(entry(), { folder, ca })).toBe('already-there');
  });

  it('replaces a damaged file', async () => {
    await writeFile(path.join(folder, 'net.onnx'), bytes.subarray(1));
    expect(await fetchModel(entry(), { folder, ca })).toBe('installed');
    expect(await readFile(path.join(folder, 'net.onnx'))).toEqual(bytes);
  });

  it('goes on where a connection broke', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, half), () => response.destroy());
    };
    await expect(fetchModel(entry(), { folder, ca })).rejects.toMatchObject({ code: 'model-missing' });
    expect(await readdir(folder)).toEqual(['net.onnx.part']);
    const kept = (await readFile(path.join(folder, 'net.onnx.part'))).length;
    expect(kept).toBeGreaterThan(0);

    const ranges: (string | undefined)[] = [];
    answer = (request, response) => {
      ranges.push(request.headers.range);
      serve(request, response);
    };
    expect(await fetchModel(entry(), { folder, ca })).toBe('installed');
    expect(ranges).toEqual([`bytes=${kept}-`]);
    expect(await readFile(path.join(folder, 'net.onnx'))).toEqual(bytes);
  });

  it('begins anew where the server sends the whole file instead of the rest', async () => {
    await writeFile(path.join(folder, 'net.onnx.part'), bytes.subarray(0, half));
    answer = (_request, response) => void response.end(bytes);
    expect(await fetchModel(entry(), { folder, ca })).toBe('installed');
    expect(await readFile(path.join(folder, 'net.onnx'))).toEqual(bytes);
  });

  it('begins anew where the server has no such range', async () => {
    await writeFile(path.join(folder, 'net.onnx.part'), bytes.subarray(0, half));
    answer = (request, response) => {
      if (request.headers.range) response.writeHead(416).end();
      else serve(request, response);
    };
    expect(await fetchModel(entry(), { folder, ca })).toBe('installed');
  });

  it('refuses another range than the one it asked for', async () => {
    await writeFile(path.join(folder, 'net.onnx.part'), bytes.subarray(0, half));
    answer = (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 5-${bytes.length - 1}/${bytes.length}` });
      response.end(bytes.subarray(5));
    };
    await expect(fetchModel(entry(), { folder, ca })).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('installs nothing when the bytes are others, and does not keep them to go on with', async () => {
    answer = (_request, response) => void response.end(Buffer.alloc(bytes.length));
    await expect(fetchModel(entry(), { folder, ca })).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('nothing was installed'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['says so', { 'content-length': bytes.length + 100_000 }],
    ['does not say so', {}],
  ])('stops at the size that the catalogue names when a larger body %s', async (_title, headers) => {
    answer = (_request, response) => {
      response.writeHead(200, headers);
      response.end(Buffer.alloc(bytes.length + 100_000));
    };
    await expect(fetchModel(entry(), { folder, ca })).rejects.toMatchObject({ code: 'too-large' });
    expect(await readdir(folder)).not.toContain('net.onnx');
  });

  it('follows a redirect to https', async () => {
    answer = (request, response) => {
      if (request.url === '/elsewhere') serve(request, response);
      else response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect(await fetchModel(entry(), { folder, ca })).toBe('installed');
  });

  it.each([
    ['to http', 'http://localhost/net.onnx', 'only https'],
    ['without end', '/net.onnx', 'redirects more than'],
  ])('refuses a redirect %s', async (_title, location, why) => {
    answer = (_request, response) => void response.writeHead(302, { location }).end();
    await expect(fetchModel(entry(), { folder, ca })).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining(why),
    });
  });

  it('says what a server answered that has no such file', async () => {
    answer = (_request, response) => void response.writeHead(404).end();
    await expect(fetchModel(entry(), { folder, ca })).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('404'),
    });
  });

  it('trusts no server whose certificate it does not know', async () => {
    await expect(fetchModel(entry(), { folder })).rejects.toMatchObject({
      code: 'model-missing',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('takes the file by its name from a mirror', async () => {
    const asked: (string | undefined)[] = [];
    answer = (request, response) => {
      asked.push(request.url);
      serve(request, response);
    };
    const home = {
      ...entry(),
      source: { kind: 'fetched', url: 'https://unreachable.invalid/x', bytes: bytes.length },
    } as const;
    expect(await fetchModel(home, { folder, ca, mirror: `${base}/models` })).toBe('installed');
    expect(asked).toEqual(['/models/net.onnx']);
  });

  it('takes the file by its name from a folder', async () => {
    const mirror = await mkdtemp(path.join(tmpdir(), 'ostiary-mirror-'));
    try {
      await expect(fetchModel(entry(), { folder, mirror })).rejects.toMatchObject({ code: 'model-missing' });
      await writeFile(path.join(mirror, 'net.onnx'), bytes.subarray(0, half));
      await expect(fetchModel(entry(), { folder, mirror })).rejects.toMatchObject({ code: 'model-missing' });
      expect(await readdir(folder)).toEqual([]);
      await writeFile(path.join(mirror, 'net.onnx'), bytes);
      expect(await fetchModel(entry(), { folder, mirror })).toBe('installed');
      expect(await readFile(path.join(folder, 'net.onnx'))).toEqual(bytes);
    } finally {
      await rm(mirror, { recursive: true });
    }
  });

  it.each(['http://localhost/models', 'ftp://localhost/models'])('refuses the mirror %s', async (mirror) => {
    await expect(fetchModel(entry(), { folder, mirror })).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('says how a network is made that has no public home', async () => {
    const source: ModelEntry['source'] = {
      kind: 'converted',
      package: 'p',
      format: 'face-api',
      files: ['f'],
    };
    await expect(fetchModel({ ...entry(), source }, { folder })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('node models/convert.ts'),
    });
  });

  it('keeps what has come when it is cancelled', async () => {
    const controller = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, half));
    };
    const fetching = fetchModel(entry(), {
      folder,
      ca,
      signal: controller.signal,
      onProgress: ({ receivedBytes }) => receivedBytes === half && controller.abort(),
    });
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readFile(path.join(folder, 'net.onnx.part'))).length).toBe(half);
  });
});

/** Sends the file, or the rest of it that was asked for. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': bytes.length - start,
    ...(start > 0 ? range : {}),
  });
  response.end(bytes.subarray(start));
}

function entry(): ModelEntry {
  return {
    id: 'net',
    role: 'embedding',
    title: 'A network',
    file: 'net.onnx',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    licence: 'MIT',
    home: 'https://example.org/net',
    trainingData: 'None.',
    source: { kind: 'fetched', url: `${base}/net.onnx`, bytes: bytes.length },
    decoder: 'embedding',
    input: { width: 112, height: 112, colour: 'RGB', mean: [0, 0, 0], scale: [1, 1, 1] },
  };
}
