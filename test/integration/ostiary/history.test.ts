import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventAnswer, HistoryAnswer } from '../../../src/http/dialects/ostiary/wire.ts';
import { call } from '../../harness/http-client.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';
import { portrait } from '../../harness/photographs.ts';

let api: OwnApi;
let ann: Buffer;
let personId: string;
let referenceId: string;

const picture = (bytes: Buffer) => ({
  body: Uint8Array.from(bytes),
  headers: { 'Content-Type': 'image/jpeg' },
});
const history = async (query = '', ask = api.ask) => {
  const { status, json } = await ask('GET', `/history${query}`);
  return { status, ...(json as HistoryAnswer) };
};
const numbers = async (query: string) => (await history(query)).events.map(({ number }) => number);

beforeAll(async () => {
  api = await startOwnApi();
  const { app, ask } = api;
  ann = await portrait('ann');
  const enrolled = await ask('POST', '/collections/default/persons/Ann/references', picture(ann));
  ({ personId, referenceId } = enrolled.json as { personId: string; referenceId: string });
  await ask('POST', '/collections/default/identify', picture(await portrait('ann', 'other')));
  const recognise = '/compreface/api/v1/recognition/recognize';
  const files = [{ bytes: await portrait('cleo') }];
  await call(app.main.address, 'POST', recognise, { key: app.keys.recognition, files });
  await ask('POST', '/collections', { json: { slug: 'guests' } });
  await ask('POST', '/collections/guests/identify', picture(ann));
});
afterAll(() => api.app[Symbol.asyncDispose]());

describe('the history of our own API', () => {
  it('tells who was recognised, by which API, and who was nobody', async () => {
    const { status, events, next } = await history();
    expect(status).toBe(200);
    expect(next).toBeUndefined();
    const [guests, cleo, known] = events as [EventAnswer, EventAnswer, EventAnswer];
    const event = {
      ...{ kind: 'identification', at: expect.any(String), quality: expect.any(Number) },
      box: { x: expect.any(Number), y: expect.any(Number) },
    };
    expect(known).toMatchObject({
      ...{ ...event, number: 1, dialect: 'ostiary', collectionIds: [api.app.collection.id] },
      candidates: [
        { personId, referenceId, name: 'Ann', similarity: expect.any(Number), extrapolated: true },
      ],
    });
    expect(cleo).toMatchObject({ ...event, dialect: 'compreface', candidates: [] });
    expect(guests).toMatchObject({ ...event, candidates: [] });
    expect(JSON.stringify(events)).not.toContain('accountId');
  });

  it('is told page by page, and by what is asked for', async () => {
    const first = await history('?limit=2');
    expect(first.events.map(({ number }) => number)).toEqual([3, 2]);
    expect(await numbers(`?limit=2&start=${first.next}`)).toEqual([1]);
    expect(await numbers('?order=oldest')).toEqual([1, 2, 3]);
    expect(await numbers('?known=yes')).toEqual([1]);
    expect(await numbers('?known=false')).toEqual([3, 2]);
    expect(await numbers(`?person=${personId}`)).toEqual([1]);
    expect(await numbers(`?reference=${referenceId},${personId}`)).toEqual([1]);
    expect(await numbers(`?camera=${personId}`)).toEqual([]);
    expect(await numbers('?kind=gap,sighting')).toEqual([]);
    expect(await numbers('?until=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await numbers('?from=2020-01-01T00:00:00Z')).toEqual([3, 2, 1]);
  });

  it('shows a scoped key what its collections have to do with', async () => {
    const { access, collections } = api.app.services;
    const [guests] = (await collections.list({ ...(await adminOf(api)) })).filter(
      ({ slug }) => slug === 'guests',
    );
    const { secret: key } = await access.create({
      ...{ dialect: 'ostiary', name: 'guard', services: ['recognition'], right: 'read' },
      reach: [guests!.id],
    });
    const asGuard: OwnApi['ask'] = (method, path) => api.ask(method, path, { key });
    const { events } = await history('', asGuard);
    expect(events.map(({ number }) => number)).toEqual([3]);
    expect(await asGuard('POST', '/history/prune')).toMatchObject({ status: 403 });
  });

  it('tells what would be taken away, and takes it away as a job', async () => {
    const dry = await api.ask('POST', '/history/prune', { json: { dryRun: true } });
    expect(dry).toMatchObject({ status: 200, json: { records: 0 } });
    const started = await api.ask('POST', '/history/prune', { json: {} });
    expect(started).toMatchObject({ status: 202, json: { kind: 'retention' } });
    const { id } = started.json as { id: string };
    await vi.waitFor(async () =>
      expect((await api.ask('GET', `/jobs/${id}`)).json).toMatchObject({
        state: 'done',
        report: { history: { records: 0 }, audit: { records: 0 }, jobs: 0 },
      }),
    );
  });

  it('has forgotten an erased person', async () => {
    await api.app.services.gallery.erase(personId);
    const { events } = await history();
    expect(events.map(({ candidates }) => candidates)).toEqual([[], [], []]);
    expect(JSON.stringify(events)).not.toContain(personId);
  });

  it.each([
    ['?limit=0', 400, 'bad-input'],
    ['?person=Ann', 400, 'bad-input'],
    ['?known=perhaps', 400, 'bad-input'],
    ['?order=random', 400, 'bad-input'],
    ['?nonsense=1', 400, 'bad-input'],
  ])('refuses %s with %i %s', async (query, status, code) => {
    expect(await api.ask('GET', `/history${query}`)).toMatchObject({ status, json: { error: { code } } });
  });
});

async function adminOf({ app }: OwnApi) {
  const all = await app.services.access.list();
  return all.find(({ dialect, right }) => dialect === 'ostiary' && right === 'admin')!;
}
