import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { JobAnswer } from '../../../src/http/dialects/ostiary/wire.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { call } from '../../harness/http-client.ts';
import { type OwnApi, startOwnApi } from '../../harness/own-api.ts';
import { portrait } from '../../harness/photographs.ts';
import { otherModel } from '../../harness/vision.ts';

let api: OwnApi;
let bare: { readonly id: Uuid; readonly number: number; readonly personId: Uuid };

const jpeg = { 'Content-Type': 'image/jpeg' };

beforeAll(async () => {
  api = await startOwnApi();
  for (const name of ['ann', 'bea'] as const) expect(await enrol(name, name)).toMatchObject({ status: 201 });
  const { gallery } = api.app.services;
  bare = await gallery.enrol(api.app.collection.id, 'vector', face([1, 2]));
});
afterAll(() => api.app[Symbol.asyncDispose]());

async function enrol(key: string, name: Parameters<typeof portrait>[0]) {
  const body = Uint8Array.from(await portrait(name));
  return api.ask('POST', `/collections/default/persons/${key}/references`, { headers: jpeg, body });
}

async function expectKnown(name: Parameters<typeof portrait>[0], key: string): Promise<void> {
  const bytes = await portrait(name, 'other');
  const path = '/api/v1/recognition/recognize?limit=1';
  const { keys, compreface } = api.app;
  const answer = await call(compreface.address, 'POST', path, { key: keys.recognition, files: [{ bytes }] });
  expect(answer).toMatchObject({ json: { result: [{ subjects: [{ subject: key }] }] } });
  const [{ subjects }] = (answer.json as { result: [{ subjects: [{ similarity: number }] }] }).result;
  expect(subjects[0].similarity).toBeGreaterThan(0.5);
}

it('gives all faces templates of another network, and lists those that have no crop', async () => {
  await expectKnown('ann', 'ann');
  expect((await api.ask('GET', '/models/left')).json).toEqual({ references: [] });
  const begun = await api.ask('POST', '/models/switch', { json: { model: otherModel.network } });
  expect(begun).toMatchObject({ status: 202, json: { kind: 'model-switch' } });
  await vi.waitFor(
    async () => {
      const { json } = await api.ask('GET', `/jobs/${(begun.json as JobAnswer).id}`);
      expect(json).toMatchObject({ state: 'done', report: { embedded: 2, left: 1 } });
    },
    { timeout: 20_000 },
  );
  await expectKnown('ann', 'ann');
  await expectKnown('bea', 'bea');
  const { id: collectionId } = api.app.collection;
  expect((await api.ask('GET', '/models/left')).json).toEqual({
    serving: otherModel.modelId,
    references: [{ number: bare.number, referenceId: bare.id, personId: bare.personId, collectionId }],
  });
});

it('enrols by the new network from then on', async () => {
  expect(await enrol('cleo', 'cleo')).toMatchObject({ status: 201 });
  await expectKnown('cleo', 'cleo');
  const { gallery } = api.app.services;
  const { references } = await gallery.listReferences(api.app.collection.id, {
    ...{ key: 'cleo', offset: 0, limit: 1 },
  });
  const { template } = (await gallery.findReference(api.app.collection.id, references[0]!.id))!;
  expect(template.modelId).toBe(otherModel.modelId);
});

it.each([
  ['none', 400, 'bad-input'],
  ['blazeface', 400, 'bad-input'],
])('refuses %s, which makes no templates', async (model, status, code) => {
  const answer = await api.ask('POST', '/models/switch', { json: { model } });
  expect(answer).toMatchObject({ status, json: { error: { code } } });
});
