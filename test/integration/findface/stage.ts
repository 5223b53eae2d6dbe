import { expect } from 'vitest';
import { openMemoryPictureFetcher } from '../../../src/adapters/picture-fetcher/memory/open-memory-picture-fetcher.ts';
import { localAdmin } from '../../../src/domain/credential.ts';
import { createKeys } from '../../../src/services/keys.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../../harness/app.ts';
import { openFindFace } from '../../harness/findface.ts';
import { type Call, call, type Reply } from '../../harness/http-client.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';

/** FindFace over real networks and a real store; each `client` has a token and a home collection of its own. */
export interface Stage extends AsyncDisposable {
  readonly app: TestApp;
  readonly photos: Photos;
  client(right?: 'read' | 'write'): Promise<Client>;
}

export type Photos = Awaited<ReturnType<typeof readPhotos>>;

/** What a URL in a test leads to. */
export const urls = {
  ann: 'http://static.findface.pro/sample.jpg',
  otherAnn: 'http://static.findface.pro/sample2.jpg',
  group: 'http://static.findface.pro/sample-multiface.jpg',
} as const;

export async function openStage(options: TestAppOptions = {}): Promise<Stage> {
  const photos = await readPhotos();
  const reachable = new Map(
    Object.entries(urls).map(([name, url]) => [url as string, photos[name as keyof typeof urls]]),
  );
  const app = await startTestApp({
    ...options,
    dialects: (services) => [openFindFace(services, openMemoryPictureFetcher(reachable))],
  });
  let made = 0;
  return {
    ...{ app, photos },
    async client(right = 'write') {
      made += 1;
      const home = await app.services.collections.create(localAdmin, { name: `home-${made}` });
      const [key] = await createKeys(app.services.access, {
        ...{ dialect: 'findface', right, reach: [home.id], name: 'test' },
      });
      return openClient(app, { token: key!.secret, home: { id: home.id, slug: home.slug } });
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

async function readPhotos() {
  return {
    ann: await portrait('ann'),
    otherAnn: await portrait('ann', 'other'),
    bea: await portrait('bea'),
    cleo: await portrait('cleo'),
    dora: await portrait('dora'),
    nobody: await emptyRoom(),
    group: group(3),
  };
}

export type Client = Readonly<ReturnType<typeof openClient>>;

type Fields = Readonly<Record<string, string | Buffer>>;

function openClient(app: TestApp, credential: { token: string; home: { id: string; slug: string } }) {
  const headers = { Authorization: `Token ${credential.token}` };
  const send = (method: string, path: string, ask: Call = {}): Promise<Reply> =>
    call(app.main.address, method, `/findface${path}`, { ...ask, headers: { ...headers, ...ask.headers } });
  return {
    ...credential,
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, json?: unknown) => send('POST', path, json === undefined ? {} : { json }),
    put: (path: string, json: unknown) => send('PUT', path, { json }),
    delete: (path: string) => send('DELETE', path),
    /** Sends a form; pictures as files. */
    form: (path: string, fields: Fields) => send('POST', path, { body: toForm(fields) }),
    /** Adds a face and tells what came. */
    async add(fields: Fields, path = '/v0/face/'): Promise<Face> {
      const { status, json } = await send('POST', path, { body: toForm(fields) });
      expect({ status, json }).toMatchObject({ status: 200 });
      return (json as { results: Face[] }).results[0]!;
    },
  };
}

export type Face = {
  id: number;
  meta: string;
  galleries: string[];
  person_id?: number;
  photo: string;
  photo_hash: string;
  timestamp: string;
} & Box;
export type Box = { x1: number; x2: number; y1: number; y2: number };

function toForm(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([Uint8Array.from(value)]), 'photo.jpg');
  }
  return form;
}

const pixel = expect.toSatisfy((value: unknown) => Number.isInteger(value) && Number(value) >= 0);
export const wireBox = { x1: pixel, x2: pixel, y1: pixel, y2: pixel };
export const anyId = expect.toSatisfy((value: unknown) => Number.isSafeInteger(value));

/** Where the photo is shown that came with a face. */
export const photoLink = expect.stringMatching(/^\/findface\/v1\/photo\/[\w-]{40,}$/);

/** A face as v0 tells it, no key more and none less; its photo was uploaded. */
export function wireFace(known: Partial<Face> = {}) {
  return {
    galleries: ['default'],
    id: anyId,
    meta: '',
    photo: photoLink,
    photo_hash: expect.stringMatching(/^[0-9a-f]{32}$/),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
    ...wireBox,
    ...known,
  };
}
