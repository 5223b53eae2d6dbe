import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';

export type Question = {
  readonly url: URL;
  /** Where the connection goes, whatever the name leads to by now. */
  readonly address: string;
  /** So long may nothing come. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** Beside those that every question has, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends one GET on a connection of its own, and resolves with the head of the answer. Nothing is followed. */
export function askOnce({
  url,
  address,
  silenceMs,
  signal,
  ca,
  headers,
}: Question): Promise<IncomingMessage> {
  const host = bareHost(url);
  const options: RequestOptions & { servername?: string; ca?: string } = {
    host: address,
    family: isIP(address),
    port: url.port === '' ? defaultPort(url) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    // Nobody else's connection, and no proxy of the environment.
    agent: false,
    headers: {
      ...{ Host: url.host, Accept: 'image/*', 'Accept-Encoding': 'identity', 'User-Agent': 'ostiary' },
      ...headers,
    },
    maxHeaderSize: 16 * 1024,
    signal,
    timeout: silenceMs,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestHttps(options) : requestHttp(options);
  request.on('timeout', () => request.destroy(new Error('It fell silent')));
  request.on('error', reject);
  // Whoever answers with another protocol gets the connection from Node, and the request never ends.
  request.on('upgrade', (_response, socket) => socket.destroy());
  request.on('close', () => reject(new Error('It ended without an answer')));
  request.on('response', resolve);
  request.end();
  return promise;
}

/** The name or address; URLs write IPv6 in brackets. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function defaultPort({ protocol }: URL): number {
  return protocol === 'https:' ? 443 : 80;
}
