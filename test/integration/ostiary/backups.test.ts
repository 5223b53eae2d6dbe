import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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

it('makes a backup as a job, and keeps the list of erasures beside it', async () => {
  const lists = async () => (await readdir(join(api.app.dir, 'backups'))).toSorted();
  await api.ask('POST', '/erasures', { json: { collection: 'default', person: 'Ann' } });
  expect(await lists()).toEqual([expect.stringMatching(/^ostiary-[0-9a-f]{8}\.erasures$/)]);
  const begun = await api.ask('POST', '/backups');
  expect(begun).toMatchObject({ status: 202, json: { kind: 'backup' } });
  await vi.waitFor(
    async () => {
      const { json } = await api.ask('GET', `/jobs/${(begun.json as JobAnswer).id}`);
      expect(json).toMatchObject({
        state: 'done',
        report: {
          file: expect.stringMatching(/\.backup$/),
          bytes: expect.any(Number),
          records: expect.any(Number),
        },
      });
    },
    { timeout: 30_000 },
  );
  expect(await lists()).toHaveLength(2);
});
