import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditAnswer } from '../../../src/http/dialects/ostiary/wire.ts';
import { call } from '../../harness/http-client.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';

let api: OwnApi;

beforeAll(async () => {
  api = await startOwnApi();
  const { app } = api;
  const subjects = '/compreface/api/v1/recognition/subjects';
  const key = app.keys.recognition;
  for (const subject of ['Ann', 'Bea']) {
    await call(app.main.address, 'POST', subjects, { key, json: { subject } });
  }
  await call(app.main.address, 'DELETE', `${subjects}/Ann`, { key });
  await call(app.main.address, 'DELETE', subjects, { key });
});
afterAll(() => api.app[Symbol.asyncDispose]());

const audit = async (query = '') => {
  const { status, json } = await api.ask('GET', `/audit${query}`);
  return { status, ...(json as AuditAnswer) };
};
const actions = async (query: string) => (await audit(query)).entries.map(({ action }) => action);

describe('the audit record of our own API', () => {
  it('tells what was done with which credential, to whom, and never a name', async () => {
    const { status, entries } = await audit('?collection=default');
    expect(status).toBe(200);
    const [recognition] = (await api.app.services.access.list()).filter(({ services }) =>
      services.includes('recognition'),
    );
    const actor = { kind: 'credential', dialect: 'compreface', credentialId: recognition!.id };
    const entry = { actor, collectionId: api.app.collection.id, outcome: 'done', at: expect.any(String) };
    expect(entries).toMatchObject([
      { ...entry, action: 'collection-cleared', subjectIds: [], details: { members: 1, references: 0 } },
      { ...entry, action: 'person-removed', subjectIds: [expect.any(String)] },
    ]);
    expect(JSON.stringify(entries)).not.toContain('Ann');
  });

  it('is told page by page, and by what is asked for', async () => {
    const all = await audit('?actor=compreface');
    const first = await audit('?actor=compreface&limit=1');
    expect(first.entries).toEqual(all.entries.slice(0, 1));
    expect(await audit(`?actor=compreface&limit=1&before=${first.nextBefore}`)).toMatchObject({
      entries: all.entries.slice(1, 2),
    });
    expect(all.nextBefore).toBeUndefined();
    expect(await actions('?action=person-removed,person-erased')).toEqual(['person-removed']);
    expect(await actions(`?subject=${all.entries[1]!.subjectIds[0]}`)).toEqual(['person-removed']);
    expect(await actions('?until=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await actions(`?from=${all.entries[0]!.at}&actor=compreface`)).toContain('collection-cleared');
  });

  it.each([
    ['?action=coffee', 400, 'bad-input'],
    ['?from=yesterday', 400, 'bad-input'],
    ['?limit=5000', 400, 'bad-input'],
    ['?collection=nowhere', 404, 'collection-unknown'],
    ['?nonsense=1', 400, 'bad-input'],
  ])('refuses %s with %i %s', async (query, status, code) => {
    expect(await api.ask('GET', `/audit${query}`)).toMatchObject({ status, json: { error: { code } } });
  });
});
