import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type HttpsPictureFetcherOptions,
  openHttpsPictureFetcher,
} from '../../src/adapters/picture-fetcher/https/open-https-picture-fetcher.ts';
import { nameServers } from '../../src/adapters/picture-fetcher/https/resolve-host.ts';
import { startNameServer, type Zone } from '../fixtures/fetching/name-server.ts';
import {
  type Answer,
  mayAskPublic,
  type PictureServerOptions,
  publicAddress,
  startPictureServer,
} from '../fixtures/fetching/picture-server.ts';
import { selfSignedForLocalhost } from '../fixtures/models/self-signed-certificate.ts';

const picture = Buffer.alloc(5_000, 'picture');
const maxBytes = 10_000;
const refused = { code: 'url-refused' };
const failed = { code: 'url-failed' };

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const serve = async (answers: Record<string, Answer>, options?: PictureServerOptions) =>
  stack.use(await startPictureServer(answers, options));
const names = async (zone: Zone) => stack.use(await startNameServer(zone));

function fetchFrom(url: string, options: Partial<HttpsPictureFetcherOptions> = {}, signal?: AbortSignal) {
  const limits = { maxBytes, totalMs: 5_000, silenceMs: 2_000 };
  const fetcher = openHttpsPictureFetcher({
    allowPrivate: false,
    mayAsk: mayAskPublic,
    ...limits,
    ...options,
  });
  return fetcher.fetch(url, signal ?? new AbortController().signal);
}

const send: Answer = (response) => response.end(picture);
const redirectTo =
  (location: string, status = 302): Answer =>
  (response) =>
    response.writeHead(status, { Location: location }).end();
const at = (port: number, path = '/') => `http://${publicAddress}:${port}${path}`;

describe('a picture that lies elsewhere', () => {
  it('is asked for by its name at the address that was judged, and nothing of ours goes along', async () => {
    const server = await serve({ '/a%20b?c=d': send });
    const resolver = await names(() => [publicAddress]);
    const url = `http://pictures.example:${server.port}/a%20b?c=d#fragment`;
    const resolve = nameServers([resolver.address]);
    expect(Buffer.from(await fetchFrom(url, { resolve }))).toEqual(picture);
    expect(resolver.asked).toEqual(['pictures.example']);
    expect(server.requests[0]?.headers).toEqual({
      host: `pictures.example:${server.port}`,
      accept: 'image/*',
      'accept-encoding': 'identity',
      'user-agent': 'ostiary',
      connection: 'close',
    });
  });

  it('is followed through redirects, each of which is judged anew', async () => {
    const server = await serve({
      '/1': redirectTo('/2', 301),
      '/2': (response) => redirectTo(at(server.port, '/3'), 308)(response, server.requests[0]!),
      '/3': send,
    });
    expect(Buffer.from(await fetchFrom(at(server.port, '/1')))).toEqual(picture);
  });

  it('comes over TLS from whom the certificate names, and from nobody else', async () => {
    const tls = selfSignedForLocalhost();
    const server = await serve({ '/': send }, { tls });
    const options = { resolve: async () => [publicAddress], ca: tls.cert };
    expect(Buffer.from(await fetchFrom(`https://localhost:${server.port}/`, options))).toEqual(picture);
    await expect(fetchFrom(`https://other.example:${server.port}/`, options)).rejects.toMatchObject(failed);
    const { ca: _ca, ...untrusted } = options;
    await expect(fetchFrom(`https://localhost:${server.port}/`, untrusted)).rejects.toMatchObject(failed);
  });
});

describe('what only this box can reach', () => {
  it.each([
    'http://127.0.0.1:<port>/',
    'http://localhost:<port>/',
    'http://localhost.:<port>/',
    'http://127.1:<port>/',
    'http://0x7f000001:<port>/',
    'http://2130706433:<port>/',
    'http://0177.0.0.1:<port>/',
    'http://0.0.0.0:<port>/',
    'http://[::1]:<port>/',
    'http://[::]:<port>/',
    'http://[::ffff:127.0.0.1]:<port>/',
    'http://[64:ff9b::7f00:1]:<port>/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://user:password@127.0.0.2:<port>/',
    'http://127.0.0.2:22/',
    'http://127.0.0.2:25/',
    'ftp://127.0.0.2/',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'gopher://127.0.0.2:<port>/',
    '//127.0.0.2:<port>/',
    'not a url',
  ])('is not asked, whether it is named: %s', async (url) => {
    const inside = await serve({ '/': send }, { host: '127.0.0.1' });
    const named = url.replace('<port>', String(inside.port));
    // Also by a name server that tells the truth about `localhost`.
    const resolver = await names(() => ['127.0.0.1']);
    await expect(fetchFrom(named, { resolve: nameServers([resolver.address]) })).rejects.toMatchObject(
      refused,
    );
    expect(inside.requests).toEqual([]);
  });

  it.each([
    'http://127.0.0.1:<port>/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:127.0.0.1]:<port>/',
    'http://10.0.0.1/',
    'http://user@127.0.0.2:<port>/',
    'http://inside.example:<port>/',
    'file:///etc/passwd',
    'ftp://127.0.0.2/',
  ])('is not asked, whether a redirect leads there: %s', async (location) => {
    const inside = await serve({ '/': send }, { host: '127.0.0.1' });
    const outside = await serve({ '/': redirectTo(location.replace('<port>', String(inside.port))) });
    const resolver = await names(() => ['127.0.0.1']);
    const resolve = nameServers([resolver.address]);
    await expect(fetchFrom(at(outside.port), { resolve })).rejects.toMatchObject(refused);
    expect(outside.requests).toHaveLength(1);
    expect(inside.requests).toEqual([]);
  });

  it('is not asked when one of a name’s addresses is inside', async () => {
    const outside = await serve({ '/': send });
    const resolver = await names(() => [publicAddress, '10.0.0.1']);
    const url = `http://both.example:${outside.port}/`;
    await expect(fetchFrom(url, { resolve: nameServers([resolver.address]) })).rejects.toMatchObject(refused);
    expect(outside.requests).toEqual([]);
  });

  it('is not asked when the name leads there by the time of the connection', async () => {
    const outside = await serve({ '/': send });
    const inside = await serve({ '/': send }, { host: '127.0.0.1', port: outside.port });
    let asked = 0;
    const resolver = await names(() => (asked++ === 0 ? [publicAddress] : ['127.0.0.1']));
    const url = `http://changing.example:${outside.port}/`;
    await fetchFrom(url, { resolve: nameServers([resolver.address]) });
    expect(resolver.asked).toHaveLength(1);
    expect(outside.requests).toHaveLength(1);
    expect(inside.requests).toEqual([]);
  });

  it('is not asked when the name leads there by the time of a redirect to itself', async () => {
    const outside = await serve({ '/': redirectTo('/again'), '/again': send });
    const inside = await serve({ '/again': send }, { host: '127.0.0.1', port: outside.port });
    let asked = 0;
    const resolver = await names(() => (asked++ === 0 ? [publicAddress] : ['127.0.0.1']));
    const url = `http://changing.example:${outside.port}/`;
    await expect(fetchFrom(url, { resolve: nameServers([resolver.address]) })).rejects.toMatchObject(refused);
    expect(inside.requests).toEqual([]);
  });

  it('is not asked over https that redirects to http', async () => {
    const tls = selfSignedForLocalhost();
    const plain = await serve({ '/': send });
    const secure = await serve({ '/': redirectTo(at(plain.port)) }, { tls });
    const options = {
      resolve: async (host: string) => [host === 'localhost' ? publicAddress : host],
      ca: tls.cert,
    };
    await expect(fetchFrom(`https://localhost:${secure.port}/`, options)).rejects.toMatchObject(refused);
    expect(plain.requests).toEqual([]);
  });
});

describe('a server that means ill', () => {
  /** Sends as fast as it is read, and tells how much it got rid of. */
  const pour = (response: ServerResponse): (() => number) => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
    return () => sent;
  };

  it.each([
    ['says so', { 'Content-Length': String(10 * 1024 ** 3) }],
    ['does not say so', {}],
  ])('cannot fill the memory with ten gigabytes, when it %s', async (_how, headers) => {
    let sent = () => 0;
    const server = await serve({
      '/': (response) => {
        response.writeHead(200, headers);
        sent = pour(response);
      },
    });
    await expect(fetchFrom(at(server.port))).rejects.toMatchObject({
      code: 'too-large',
      details: { maxBytes },
    });
    // What lies in the buffers of two sockets, and not a picture more.
    expect(sent()).toBeLessThan(32 * 1024 ** 2);
  });

  it('is counted by what comes, whatever it says of the length', async () => {
    const exact = await serve({ '/': (response) => response.end(Buffer.alloc(maxBytes)) });
    expect(await fetchFrom(at(exact.port))).toHaveLength(maxBytes);
    const more = await serve({ '/': (response) => response.end(Buffer.alloc(maxBytes + 1)) });
    await expect(fetchFrom(at(more.port))).rejects.toMatchObject({ code: 'too-large' });
  });

  const drip = (write: () => boolean) => {
    const timer = setInterval(() => write() || clearInterval(timer), 20);
    stack.defer(() => clearInterval(timer));
  };

  it.each<[how: string, limits: Partial<HttpsPictureFetcherOptions>, answer: Answer]>([
    ['never answers', { silenceMs: 100 }, () => undefined],
    ['falls silent in its body', { silenceMs: 100 }, (response) => response.write('a')],
    ['never ends its body', { totalMs: 300 }, (response) => drip(() => response.write('a'))],
    [
      'never ends its headers',
      { totalMs: 300 },
      (response) => {
        response.socket!.write('HTTP/1.1 200 OK\r\nX-Slow: ');
        drip(() => response.socket!.write('a'));
      },
    ],
    [
      'sends too many headers',
      {},
      (response) => response.writeHead(200, { 'X-Long': 'a'.repeat(20_000) }).end(),
    ],
    ['redirects for ever', {}, redirectTo('/')],
    ['has no such picture', {}, (response) => response.writeHead(404).end(picture)],
    ['redirects to nowhere', {}, (response) => response.writeHead(302).end()],
    [
      'cuts the picture short',
      {},
      (response) => {
        response.writeHead(200, { 'Content-Length': '5000' });
        response.write('a', () => response.destroy());
      },
    ],
    ['speaks no HTTP', {}, (response) => response.socket!.end('SSH-2.0-OpenSSH\r\n')],
    [
      'offers another protocol',
      {},
      (response) =>
        response.socket!.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
        ),
    ],
  ])('and %s keeps nobody', async (_how, limits, answer) => {
    const server = await serve({ '/': answer });
    await expect(fetchFrom(at(server.port), limits)).rejects.toMatchObject(failed);
  });

  it.each([
    ['a page', { 'Content-Type': 'text/html' }],
    ['JSON', { 'Content-Type': 'application/json; charset=utf-8' }],
    ['something packed', { 'Content-Type': 'image/jpeg', 'Content-Encoding': 'gzip' }],
  ])('cannot pass off %s', async (_what, headers) => {
    const server = await serve({ '/': (response) => response.writeHead(200, headers).end(picture) });
    await expect(fetchFrom(at(server.port))).rejects.toMatchObject({ code: 'unsupported-media' });
  });

  it('is not told about: names that lead nowhere and ports where nobody listens look the same', async () => {
    const resolver = await names(() => []);
    const resolve = nameServers([resolver.address]);
    const nowhere = await fetchFrom('http://nowhere.example/', { resolve }).catch((error) => error);
    const left = await startPictureServer({});
    await left[Symbol.asyncDispose]();
    const closed = await fetchFrom(at(left.port)).catch((error) => error);
    expect(nowhere).toMatchObject({ ...failed, details: {} });
    expect(closed).toMatchObject({ ...failed, message: nowhere.message, details: {} });
  });
});

describe('a caller', () => {
  it('who hangs up ends the fetching', async () => {
    const gone = new AbortController();
    const server = await serve({ '/': () => gone.abort() });
    await expect(fetchFrom(at(server.port), {}, gone.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await once(server.requests[0]!, 'close').catch(() => undefined);
  });

  it('of too many at once is asked to come back, and served when the others are through', async () => {
    const waiting: ServerResponse[] = [];
    const server = await serve({ '/': (response) => void waiting.push(response) });
    const limits = { maxBytes, totalMs: 20_000, silenceMs: 20_000 };
    const fetcher = openHttpsPictureFetcher({ allowPrivate: false, mayAsk: mayAskPublic, ...limits });
    const fetching = Array.from({ length: 16 }, () =>
      fetcher.fetch(at(server.port), AbortSignal.timeout(20_000)),
    );
    await expect(fetcher.fetch(at(server.port), AbortSignal.timeout(1_000))).rejects.toMatchObject({
      code: 'overloaded',
    });
    await expect.poll(() => waiting.length).toBe(16);
    for (const response of waiting) response.end(picture);
    await Promise.all(fetching);
    const next = fetcher.fetch(at(server.port), AbortSignal.timeout(20_000));
    await expect.poll(() => waiting.length).toBe(17);
    waiting[16]!.end(picture);
    expect(Buffer.from(await next)).toEqual(picture);
  });
});
