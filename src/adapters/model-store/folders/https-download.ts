import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { AppError } from '../../../domain/errors.ts';

export type DownloadRequest = {
  readonly url: URL;
  /** The first byte that is wanted. */
  readonly from: number;
  readonly signal?: AbortSignal;
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly ca?: string;
};

/** A body that has begun to arrive. `from` is 0 where the server would not continue. */
export type Download = {
  readonly body: IncomingMessage;
  readonly from: number;
  readonly totalBytes?: number;
};

const maxRedirects = 5;
const idleMs = 30_000;

/**
 * Asks for a file over https, from a given byte on, following redirects to https only. Rejects with `model-missing`
 * when the server cannot be reached or has no such file, `cancelled` when the signal fires. An answer to a range that
 * lies outside of the file is undefined.
 */
export async function startDownload(wanted: DownloadRequest): Promise<Download | undefined> {
  let url = wanted.url;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    if (url.protocol !== 'https:') throw refused(url, 'only https is followed');
    const response = await ask({ ...wanted, url });
    const status = response.statusCode ?? 0;
    if (status === 200 || status === 206) return begun(response, { ...wanted, url });
    response.destroy();
    if (status === 416) return undefined;
    const location = response.headers.location;
    if (status < 300 || status >= 400 || location === undefined) throw refused(url, `it answered ${status}`);
    url = new URL(location, url);
  }
  throw refused(wanted.url, `it redirects more than ${maxRedirects} times`);
}

function begun(response: IncomingMessage, { url, from }: DownloadRequest): Download {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const start = response.statusCode === 206 ? rangeStart(response) : 0;
  if (start !== 0 && start !== from) {
    response.destroy();
    throw refused(url, `it sent another range than bytes ${from} and on`);
  }
  return { body: response, from: start, ...(Number.isNaN(length) ? {} : { totalBytes: start + length }) };
}

function rangeStart(response: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}

function ask({ url, from, signal, ca }: DownloadRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = {
    'user-agent': 'ostiary',
    // A length and a range are of the file itself only when nobody compresses it on the way.
    'accept-encoding': 'identity',
    ...(from > 0 ? { range: `bytes=${from}-` } : {}),
  };
  const options = {
    headers,
    timeout: idleMs,
    ...(signal ? { signal } : {}),
    ...(ca === undefined ? {} : { ca }),
  };
  const outgoing = request(url, options, resolve);
  outgoing.on('timeout', () => outgoing.destroy(new Error(`Nothing came for ${idleMs / 1000} s`)));
  outgoing.on('error', (cause) => reject(signal?.aborted ? cancelled(cause) : unreachable(url, cause)));
  outgoing.end();
  return promise;
}

export function cancelled(cause: unknown): AppError {
  return new AppError('cancelled', 'The download was cancelled', { cause });
}

function unreachable(url: URL, cause: unknown): AppError {
  return new AppError('model-missing', `${url.host} could not be reached`, {
    cause,
    details: { host: url.host },
  });
}

function refused(url: URL, why: string): AppError {
  return new AppError('model-missing', `${url.origin}${url.pathname} could not be fetched: ${why}`, {
    details: { host: url.host },
  });
}
