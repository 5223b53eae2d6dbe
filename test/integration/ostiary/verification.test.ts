import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JobAnswer } from '../../../src/http/dialects/ostiary/wire.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';

let api: OwnApi;

beforeAll(async () => {
  api = await startOwnApi();
  const { services, collection } = api.app;
  for (const key of ['Ann', 'Bea']) await services.gallery.enrol(collection.id, key, face([1]));
});
afterAll(() => api.app[Symbol.asyncDispose]());

it('looks at every record by a job that tells what it found', async () => {
  const begun = await api.ask('POST', '/gallery/verify', { json: { repair: true } });
  expect(begun).toMatchObject({ status: 202, json: { kind: 'verify' } });
  await vi.waitFor(async () => {
    const { json } = await api.ask('GET', `/jobs/${(begun.json as JobAnswer).id}`);
    expect(json).toMatchObject({
      state: 'done',
      report: { counts: { repaired: 0, repairable: 0, lost: 0 }, faults: [] },
    });
    expect((json as { report: { records: number } }).report.records).toBeGreaterThan(10);
  });
});

it('refuses wishes that it does not know', async () => {
  expect(await api.ask('POST', '/gallery/verify', { json: { fix: true } })).toMatchObject({
    status: 400,
    json: { error: { code: 'bad-input' } },
  });
});
