import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { CliError } from './cli-error.ts';
import { exitCodes, isErrorCode } from './exit-codes.ts';

type Call = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/ostiary/v1`, escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** A picture's bytes, a form with several, or a value that is sent as JSON. */
  readonly body?: Uint8Array | FormData | { readonly json: unknown };
};

/** Calls our own API over a Unix socket. A refusal becomes the `AppError` that the service meant. */
export type ServiceClient = {
  /** The type is what `wire.ts` says of the route's answer. */
  call<Answer>(call: Call): Promise<Answer>;
};

type Reply = { readonly status: number; readonly retryAfterMs: number; readonly text: string };

const refusalSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  }),
});
const attempts = 8;

/** A client of the service that listens on the socket. It asks again while the service says 503 and when to. */
export function openServiceClient(socketPath: string, signal: AbortSignal): ServiceClient {
  return {
    async call<Answer>(call: Call) {
      for (let attempt = 1; ; attempt++) {
        const reply = await send(socketPath, call, signal);
        if (reply.status < 300) return (reply.text === '' ? undefined : JSON.parse(reply.text)) as Answer;
        if (reply.status !== 503 || attempt === attempts) throw toError(reply);
        await delay(reply.retryAfterMs, undefined, { signal });
      }
    },
  };
}

async function send(socketPath: string, call: Call, signal: AbortSignal): Promise<Reply> {
  const { contentType, bytes } = await encodeBody(call.body);
  const headers = { 'Content-Length': bytes.length, ...(contentType ? { 'Content-Type': contentType } : {}) };
  const path = `/ostiary/v1${call.path}${encodeQuery(call.query)}`;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path, method: call.method, headers, signal }, resolve)
      .once('error', reject)
      .end(bytes);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    retryAfterMs: Number(response.headers['retry-after'] ?? 1) * 1000,
    text: Buffer.concat(chunks).toString(),
  };
}

async function encodeBody(body: Call['body']): Promise<{ contentType?: string; bytes: Uint8Array }> {
  if (body === undefined) return { bytes: new Uint8Array() };
  if (body instanceof Uint8Array) return { contentType: 'application/octet-stream', bytes: body };
  if (body instanceof FormData) {
    const encoded = new Response(body);
    return { contentType: encoded.headers.get('Content-Type') ?? '', bytes: await encoded.bytes() };
  }
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body.json)) };
}

function encodeQuery(query: Call['query'] = {}): string {
  const given = Object.entries(query).filter(
    (pair): pair is [string, string | number] => pair[1] !== undefined,
  );
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

function toError(reply: Reply): Error {
  const refusal = refusalSchema.safeParse(tryJson(reply.text));
  if (refusal.success && isErrorCode(refusal.data.error.code)) {
    const { code, message, details } = refusal.data.error;
    return new AppError(code, message, { details });
  }
  return new CliError(
    exitCodes.unavailable,
    'service-foreign',
    `The service answered ${reply.status}, not in our form`,
  );
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
