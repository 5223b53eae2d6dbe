import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { services as allServices } from '../../../src/domain/credential.ts';
import type { ErasureAnswer, JobAnswer } from '../../../src/http/dialects/ostiary/wire.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { call } from '../../harness/http-client.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';

let api: OwnApi;

beforeAll(async () => {
  api = await startOwnApi();
  const { services, collection } = api.app;
  for (const key of ['Ann', 'Bea']) await services.gallery.enrol(collection.id, key, face([1]));
});
afterAll(() => api.app[Symbol.asyncDispose]());

const erase = async (json: object) => api.ask('POST', '/erasures', { json });
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

describe('an erasure by our own API', () => {
  it('has a receipt that tells each of its states, the last after a scrub', async () => {
    const erased = await erase({ collection: 'default', person: 'Ann' });
    expect(erased).toMatchObject({
      status: 200,
      json: { references: 1, hiddenAt: instant, removedAt: instant },
    });
    const { personId } = erased.json as ErasureAnswer;
    expect((await erase({ personId })).json).toEqual(erased.json);
    expect((await erase({ personId: personId.toUpperCase() })).json).toEqual(erased.json);
    expect((await api.ask('GET', `/erasures/${personId}`)).json).toEqual(erased.json);

    const begun = await api.ask('POST', '/gallery/scrub');
    expect(begun).toMatchObject({ status: 202, json: { kind: 'scrub' } });
    const isDone = async () => {
      const { json } = await api.ask('GET', `/jobs/${(begun.json as JobAnswer).id}`);
      expect(json).toMatchObject({ state: 'done', report: { erasures: 1 } });
    };
    await vi.waitFor(isDone, { timeout: 30_000 });
    expect((await api.ask('GET', `/erasures/${personId}`)).json).toEqual({
      ...(erased.json as ErasureAnswer),
      scrubbedAt: instant,
    });
    expect(JSON.stringify((await api.ask('GET', '/audit?action=person-erased')).json)).toContain(personId);
  });

  it.each([
    [{ collection: 'default', person: 'Ann' }, 404, 'person-unknown'],
    [{ personId: '00000000-0000-1000-8000-000000000000' }, 404, 'person-unknown'],
    [{ collection: 'nowhere', person: 'Bea' }, 404, 'collection-unknown'],
    [{ person: 'Bea' }, 400, 'bad-input'],
    [{ personId: 'Bea' }, 400, 'bad-input'],
    [{}, 400, 'bad-input'],
  ])('of %j is answered %i %s', async (json, status, code) => {
    expect(await erase(json)).toMatchObject({ status, json: { error: { code } } });
  });

  it('has no receipt when there was none, and is for admins alone', async () => {
    const unknown = '/erasures/00000000-0000-1000-8000-000000000000';
    expect(await api.ask('GET', unknown)).toMatchObject({
      status: 404,
      json: { error: { code: 'person-unknown' } },
    });
    const { access } = api.app.services;
    const operator = { dialect: 'ostiary', name: 'operator', right: 'write', reach: 'all' } as const;
    const { secret: key } = await access.create({ ...operator, services: allServices });
    for (const [method, path] of [
      ['POST', '/erasures'],
      ['GET', unknown],
      ['POST', '/gallery/scrub'],
    ] as const) {
      const answer = await call(api.app.main.address, method, `/ostiary/v1${path}`, {
        key,
        ...(method === 'POST' && { json: {} }),
      });
      expect(answer).toMatchObject({ status: 403, json: { error: { code: 'forbidden' } } });
    }
  });
});
