import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedForLocalhost } from '../fixtures/models/self-signed-certificate.ts';
import { ostiary, startService, tempFolder } from '../harness/command.ts';

const modelsFolder = process.env.OSTIARY_MODELS_DIR;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const { key, cert } = selfSignedForLocalhost();
let folder: Awaited<ReturnType<typeof tempFolder>>;
let server: Server;
let mirror: string;
let network: Buffer;
let answer: Answer;
/** The ranges that were asked for, in order. */
let ranges: (string | undefined)[];
let env: Record<string, string>;
let runs = 0;

beforeAll(async () => {
  folder = await tempFolder();
  network = await readFile('models/onnx/blazeface.onnx');
  server = createServer({ key, cert }, (request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mirror = `https://localhost:${(server.address() as AddressInfo).port}/models`;
  await writeFile(join(folder.path, 'ca.pem'), cert);
  env = { NODE_EXTRA_CA_CERTS: join(folder.path, 'ca.pem') };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await folder[Symbol.asyncDispose]();
});

let data: string;
beforeEach(() => {
  runs += 1;
  data = join(folder.path, `data-${runs}`);
  ranges = [];
  answer = serving(network);
});

const fetchBlazeface = (more: { env?: Record<string, string> } = {}) =>
  ostiary(['models', 'fetch', 'blazeface', '--from', mirror], { data, env, ...more });
const installed = () => readdir(join(data, 'models'));

/** Sends the file, or the rest of it that was asked for. */
function serving(file: Buffer): Answer {
  return ({ headers }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` };
    const length = { 'content-length': file.length - from };
    response.writeHead(from > 0 ? 206 : 200, { ...length, ...(from > 0 ? range : {}) });
    response.end(file.subarray(from));
  };
}

describe('ostiary models fetch over https', () => {
  it('goes on where the connection broke, and installs the whole file', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': network.length });
      response.write(network.subarray(0, network.length / 2), () => response.destroy());
    };
    const broken = await fetchBlazeface();
    expect(broken).toMatchObject({ exitCode: 5, stdout: '' });
    expect(broken.stderr).toContain('run it again to go on');
    const [part] = await installed();
    const kept = (await readFile(join(data, 'models', part!))).length;
    expect(kept).toBeGreaterThan(0);

    answer = serving(network);
    expect(await fetchBlazeface()).toMatchObject({ exitCode: 0, stdout: 'blazeface  installed\n' });
    expect(ranges).toEqual([undefined, `bytes=${kept}-`]);
    expect(await installed()).toEqual(['blazeface.onnx']);
    expect(await readFile(join(data, 'models/blazeface.onnx'))).toEqual(network);
  });

  it('installs nothing of a file that the catalogue does not name', async () => {
    answer = serving(Buffer.alloc(network.length));
    const { exitCode, stderr } = await fetchBlazeface();
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/not the one that the catalogue names .*nothing was installed/);
    expect(await installed()).toEqual([]);
  });

  it('follows a redirect, but none that leaves https', async () => {
    answer = (request, response) => {
      if (request.url === '/elsewhere') return serving(network)(request, response);
      return response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect(await fetchBlazeface()).toMatchObject({ exitCode: 0 });
    answer = (_request, response) => response.writeHead(302, { location: 'http://localhost/x' }).end();
    data = `${data}-again`;
    const { exitCode, stderr } = await fetchBlazeface();
    expect(exitCode).toBe(5);
    expect(stderr).toContain('only https is followed');
    expect(await installed()).toEqual([]);
  });

  it('trusts no authority that the operator did not name', async () => {
    const { exitCode, stderr } = await fetchBlazeface({ env: {} });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('could not be reached');
    expect(ranges).toEqual([]);
  });
});

describe.skipIf(!modelsFolder)('a first start with a fetched detector (OSTIARY_MODELS_DIR)', () => {
  it('recognises faces once the networks of its profile are fetched', async () => {
    answer = serving(await readFile(join(modelsFolder!, 'yunet_n_dynamic.onnx')));
    const edge = { ...env, OSTIARY_VISION_PROFILE: 'edge', OSTIARY_MODELS_MIRROR: mirror };
    expect(await ostiary(['models', 'verify'], { data, env: edge })).toMatchObject({ exitCode: 5 });
    const fetched = await ostiary(['models', 'fetch'], { data, env: edge });
    expect(fetched).toMatchObject({ exitCode: 0, stdout: 'yunet_n_dynamic  installed\n' });
    await using service = await startService({ data, env: edge });
    const ready = service.log.find(({ msg }) => msg === 'Vision is ready');
    expect(ready).toMatchObject({ models: { detector: 'yunet_n_dynamic' } });
    expect(await service.stop()).toBe(0);
  });
});
