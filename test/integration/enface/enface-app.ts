import { expect } from 'vitest';
import type { Right } from '../../../src/domain/credential.ts';
import { createEnfaceDialect } from '../../../src/http/dialects/enface/dialect.ts';
import { createKeys } from '../../../src/services/keys.ts';
import { startTestApp, type TestApp } from '../../harness/app.ts';
import { type Call, call, type Reply } from '../../harness/http-client.ts';

/** The id of the default list, group and source (RECOVERED, "Over all five" 1). */
export const defaultId = '13814001-1dd2-11b2-b619-5502c27ed19c';
export const nothing = 'c2a61a30-8986-11ea-98f0-de0b10ae4112';

export const uuid1 = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);
export const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
export const whole = expect.toSatisfy((value: unknown) => Number.isInteger(value) && Number(value) >= 0);

/** A person as every answer has her (RECOVERED, Enface: Person). */
export const person = {
  ...{ person_id: uuid1, list_id: uuid1, created: iso, updated: iso, group_id: uuid1, source_id: uuid1 },
  ...{ image_url: expect.any(String), fields: expect.any(Array), features: expect.any(Array) },
  ...{ status: 'init', yaw: expect.any(Number), roll: expect.any(Number), pitch: expect.any(Number) },
  person_source: {
    ...{ group_id: uuid1, group_name: expect.any(String) },
    ...{ source_id: uuid1, source_name: expect.any(String) },
  },
};

export type Form = Readonly<Record<string, string | readonly string[]>>;

/** The dialect, asked with a token of one collection, which nobody else has. */
export type EnfaceApp = AsyncDisposable & {
  readonly app: TestApp;
  /** Another collection, and a token that reaches only it. */
  fresh(right?: Right): Promise<string>;
  ask(method: string, path: string, more?: Call & { readonly token?: string }): Promise<Reply>;
  /** Multipart: options and pictures. */
  send(path: string, pictures: readonly Picture[], form?: Form, token?: string): Promise<Reply>;
};

export type Picture = { readonly part: string; readonly bytes: Uint8Array };

export async function startEnface(): Promise<EnfaceApp> {
  const app = await startTestApp({ dialects: (services) => [createEnfaceDialect(services)] });
  let made = 0;
  let current = '';
  const fresh = async (right: Right = 'write') => {
    const { collection } = await app.issueKeys(`enface-${++made}`);
    const [key] = await createKeys(app.services.access, {
      ...{ dialect: 'enface', right, reach: [collection.id], name: 'test' },
    });
    current = key!.secret;
    return current;
  };
  await fresh();
  const ask: EnfaceApp['ask'] = (method, path, { token = current, ...more } = {}) =>
    call(app.main.address, method, `/enface/v1${path}`, {
      ...more,
      headers: { ...(token && { token }), ...more.headers },
    });
  return {
    ...{ app, fresh, ask },
    send: (path, pictures, form = {}, token) =>
      ask('POST', path, { body: toForm(pictures, form), ...(token !== undefined && { token }) }),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

function toForm(pictures: readonly Picture[], options: Form): FormData {
  const form = new FormData();
  for (const [name, values] of Object.entries(options)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  for (const { part, bytes } of pictures) form.append(part, new Blob([Uint8Array.from(bytes)]), 'face.jpg');
  return form;
}

/** Status and body, for comparison as one. */
export function answer({ status, json }: Reply): { status: number; json: unknown } {
  return { status, json };
}
