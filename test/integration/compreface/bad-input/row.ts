import { expect } from 'vitest';
import type { TestApp } from '../../../harness/app.ts';
import { type Call, call } from '../../../harness/http-client.ts';
import { exchange } from '../../../harness/raw-http.ts';

/** One request of the table: over HTTP as a client builds it, or bytes as they are. */
export type Sent =
  | (Call & {
      readonly method?: string;
      readonly path: string;
      /** The key that is sent when none is given; `none` sends none. */
      readonly service?: 'recognition' | 'detection' | 'verification' | 'none';
    })
  | { readonly raw: (keys: TestApp['keys']) => readonly (string | Uint8Array)[] };

/** CompreFace's answer: an error body, or nothing but a status. */
export type Refusal = { readonly status: number; readonly code?: number; readonly message?: string | RegExp };

/** A wrong request, what it is told, and its twin that differs in nothing but the mistake, and succeeds. */
export type Row = {
  readonly what: string;
  readonly bad: Sent;
  readonly told: Refusal;
  readonly good: Sent;
  /** 200 when absent. */
  readonly goodStatus?: number;
};

/** Sends both; the gallery is the same after the wrong one. */
export async function checkRow(app: TestApp, { bad, told, good, goodStatus = 200 }: Row): Promise<void> {
  const before = await app.services.gallery.digest();
  const refused = await send(app, bad);
  expect(refused).toEqual({ status: told.status, body: expectedBody(told) });
  expect(await app.services.gallery.digest()).toBe(before);
  const answered = await send(app, good);
  expect({ ...answered, body: undefined }, JSON.stringify(answered.body)).toMatchObject({
    status: goodStatus,
  });
}

function expectedBody({ code, message }: Refusal): unknown {
  if (code === undefined) return '';
  const text = message instanceof RegExp ? expect.stringMatching(message) : (message ?? expect.any(String));
  return { message: text, code };
}

async function send(app: TestApp, sent: Sent): Promise<{ status: number; body: unknown }> {
  if ('raw' in sent) {
    const { status, body } = await exchange(app.compreface.port, sent.raw(app.keys));
    return { status, body: body.startsWith('{') ? JSON.parse(body) : body };
  }
  const { method = 'POST', path, service = serviceOf(path), ...ask } = sent;
  const key = service === 'none' ? {} : { key: app.keys[service] };
  const { status, json, bytes } = await call(app.compreface.address, method, `/api/v1${path}`, {
    ...key,
    ...ask,
  });
  return { status, body: json ?? bytes.toString() };
}

function serviceOf(path: string): 'recognition' | 'detection' | 'verification' {
  if (path.startsWith('/detection/')) return 'detection';
  return path.startsWith('/verification/') ? 'verification' : 'recognition';
}
