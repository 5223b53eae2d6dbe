import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';

let api: OwnApi;
let letGo: () => void;

beforeAll(async () => {
  api = await startOwnApi();
  const { jobs } = api.app.services;
  jobs.register('count', async (_job, { save }) => {
    await save({ done: 1, total: 2 }, { secret: 'where it goes on' });
    return { counted: 2 };
  });
  jobs.register('wait', (_job, { signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<null>();
    letGo = () => resolve(null);
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  });
});
afterAll(() => api.app[Symbol.asyncDispose]());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const untilState = (id: string, state: string) =>
  vi.waitFor(async () =>
    expect(await api.ask('GET', `/jobs/${id}`)).toMatchObject({ status: 200, json: { state } }),
  );

describe('jobs of our own API', () => {
  it('are told with their progress and report, not with what was asked', async () => {
    const { id } = await api.app.services.jobs.submit('count', { asked: 'a' });
    await untilState(id, 'done');
    expect((await api.ask('GET', `/jobs/${id}`)).json).toEqual({
      ...{ id, kind: 'count', state: 'done', progress: { done: 1, total: 2 }, report: { counted: 2 } },
      ...{ createdAt: instant, startedAt: instant, endedAt: instant },
    });
  });

  it('are listed the newest first, by state and kind, and cancelled', async () => {
    const { jobs } = api.app.services;
    const [first, second, third] = [
      await jobs.submit('wait', null),
      await jobs.submit('wait', null),
      await jobs.submit('wait', null),
    ];
    await untilState(first.id, 'running');
    const listed = async (query: string) =>
      ((await api.ask('GET', `/jobs?${query}`)).json as { jobs: { id: string }[] }).jobs.map(({ id }) => id);
    expect(await listed('kind=wait')).toEqual([third.id, second.id, first.id]);
    expect(await listed('kind=wait&limit=1')).toEqual([third.id]);
    expect(await listed('state=running')).toEqual([first.id]);
    const cancelled = await api.ask('POST', `/jobs/${first.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, json: { id: first.id, state: 'cancelling' } });
    await untilState(first.id, 'cancelled');
    await untilState(second.id, 'running');
    expect(await api.ask('POST', `/jobs/${third.id}/cancel`)).toMatchObject({ json: { state: 'cancelled' } });
    letGo();
    await untilState(second.id, 'done');
    expect(await api.ask('POST', `/jobs/${second.id}/cancel`)).toMatchObject({ json: { state: 'done' } });
  });

  it.each([
    ['GET', '/jobs/00000000-0000-1000-8000-000000000000', 404, 'job-unknown'],
    ['GET', '/jobs/nonsense', 404, 'job-unknown'],
    ['POST', '/jobs/00000000-0000-1000-8000-000000000000/cancel', 404, 'job-unknown'],
    ['GET', '/jobs?state=asleep', 400, 'bad-input'],
    ['GET', '/jobs?limit=0', 400, 'bad-input'],
    ['GET', '/jobs?nonsense=1', 400, 'bad-input'],
  ])('refuse %s %s with %i %s', async (method, path, status, code) => {
    expect(await api.ask(method, path)).toMatchObject({ status, json: { error: { code } } });
  });
});
