import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../domain/errors.ts';
import type { PictureFetcher } from '../../../domain/ports/picture-fetcher.ts';
import { type AddressPolicy, addressPolicy } from './address-policy.ts';
import { askOnce, bareHost } from './ask-once.ts';
import { nameServers, type ResolveHost } from './resolve-host.ts';

export type HttpsPictureFetcherOptions = {
  readonly allowPrivate: boolean;
  /** One picture; counted as it arrives. */
  readonly maxBytes: number;
  /** From the first question to the last byte, redirects included. */
  readonly totalMs: number;
  /** So long may nothing come. */
  readonly silenceMs: number;
  /** As `allowPrivate` says when absent. */
  readonly mayAsk?: AddressPolicy;
  /** The system's name servers when absent. */
  readonly resolve?: ResolveHost;
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly ca?: string;
};

const maxRedirects = 3;
/** Each may hold a whole picture. */
const maxAtOnce = 16;

/**
 * Fetches over http and https. Each name is resolved once, all its addresses must be allowed, and the connection goes to
 * one of those that were judged; the same again for each redirect. Nothing of the caller's goes along.
 */
export function openHttpsPictureFetcher(options: HttpsPictureFetcherOptions): PictureFetcher {
  let running = 0;
  return {
    async fetch(url, signal) {
      if (running >= maxAtOnce) throw new AppError('overloaded', 'Too many pictures are being fetched');
      running++;
      const over = AbortSignal.timeout(options.totalMs);
      try {
        return await fetchPicture(url, options, AbortSignal.any([signal, over]));
      } catch (cause) {
        if (signal.aborted) throw new AppError('cancelled', 'The caller has gone', { cause });
        if (cause instanceof AppError) throw cause;
        throw new AppError('url-failed', 'No picture came from this address', { cause });
      } finally {
        running--;
      }
    },
  };
}

async function fetchPicture(
  given: string,
  options: HttpsPictureFetcherOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let url = parse(given);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await ask(url, options, signal);
    try {
      const location = redirectOf(response);
      if (location === undefined) return await receive(response, options.maxBytes);
      url = parse(location, url);
    } finally {
      response.destroy();
    }
  }
  throw failed('It redirects too often');
}

/** `url-refused` for what is no plain address of the web. */
function parse(text: string, from?: URL): URL {
  const url = URL.parse(text, from?.href);
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && from?.protocol !== 'https:');
  if (!url || !isWeb || url.username !== '' || url.password !== '') throw refused();
  // Ports below 1024 belong to other services, which could be made to take a request for one of theirs.
  if (url.port !== '' && Number(url.port) < 1_024) throw refused();
  return url;
}

async function ask(
  url: URL,
  { resolve = nameServers(), mayAsk, allowPrivate, silenceMs, ca }: HttpsPictureFetcherOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const addresses = await resolve(bareHost(url), signal);
  const [address] = addresses;
  if (address === undefined || !addresses.every(mayAsk ?? addressPolicy({ allowPrivate }))) throw refused();
  return await askOnce({ url, address, silenceMs, signal, ca });
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (statusCode === 200) return undefined;
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) {
    throw failed(`It answered ${statusCode}`);
  }
  return headers.location;
}

/** What says to be something else is not read, lest it be told what a page of another's says. */
const pictureTypes = /^(image\/|application\/octet-stream|binary\/octet-stream|$)/i;

async function receive(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = response.headers;
  if (!pictureTypes.test(type) || encoding !== 'identity') {
    throw new AppError('unsupported-media', 'What lies there is no picture');
  }
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  if (!response.complete) throw failed('It was cut short');
  return Buffer.concat(chunks);
}

function refused(): AppError {
  return new AppError('url-refused', 'Pictures are not fetched from this address');
}

function failed(message: string): Error {
  return new Error(message);
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('too-large', 'The picture is larger than allowed', { details: { maxBytes } });
}
