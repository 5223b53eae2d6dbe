import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeys } from '../../../src/services/keys.ts';
import { call } from '../../harness/http-client.ts';
import { portrait } from '../../harness/photographs.ts';
import { defaultId, type EnfaceApp, startEnface } from './enface-app.ts';

let enface: EnfaceApp;
let ann: Buffer;
let otherAnn: Buffer;
beforeAll(async () => {
  enface = await startEnface();
  [ann, otherAnn] = [await portrait('ann'), await portrait('ann', 'other')];
});
afterAll(() => enface[Symbol.asyncDispose]());

const image = (bytes: Buffer) => [{ part: 'image', bytes }];
const compreface = (method: string, path: string, key: string, bytes?: Buffer) =>
  call(enface.app.main.address, method, `/compreface/api/v1/recognition${path}`, {
    ...{ key, ...(bytes && { files: [{ bytes }] }) },
  });

it('whoever came by another API is a person of the list, and is found and deleted as one', async () => {
  const { collection, keys } = await enface.app.issueKeys('crosswise');
  const ask = { dialect: 'enface', right: 'write', reach: [collection.id], name: 'test' } as const;
  const token = (await createKeys(enface.app.services.access, ask))[0]!.secret;
  await compreface('POST', '/faces?subject=Ann', keys.recognition, ann);

  const { json } = await enface.send('/action', image(otherAnn), {}, token);
  const { results } = json as { results: { matches: { person_id: string }[] }[] };
  const { person_id } = results[0]!.matches[0]!;
  const post = (path: string, body: object) =>
    enface.ask('POST', path, { token, json: { person_id, ...body } });
  expect((await post('/person', {})).json).toMatchObject({
    ...{ person_id, list_id: defaultId, status: 'init', fields: [], features: [] },
    ...{ image_url: expect.stringMatching(/./), person_source: { source_id: defaultId } },
  });
  await post('/person/update', { fields: ['known at the door'] });
  expect((await post('/person', {})).json).toMatchObject({ fields: ['known at the door'] });
  expect((await enface.send('/person/create', image(otherAnn), {}, token)).json).toMatchObject({
    persons_updated: [{ person_id, fields: ['known at the door'] }],
  });

  expect((await post('/person/delete', {})).json).toMatchObject({ message: '1 person(s) deleted' });
  expect((await compreface('GET', '/subjects', keys.recognition)).json).toEqual({ subjects: [] });
});

it('whoever was made here is found by another API, and is gone here when that deletes her', async () => {
  const { collection, keys } = await enface.app.issueKeys('other-way');
  const ask = { dialect: 'enface', right: 'write', reach: [collection.id], name: 'test' } as const;
  const token = (await createKeys(enface.app.services.access, ask))[0]!.secret;
  const made = (await enface.send('/person/create', image(ann), {}, token)).json as {
    persons_new: { person_id: string }[][];
  };
  const { person_id } = made.persons_new[0]![0]!;
  const { json } = await compreface('POST', '/recognize', keys.recognition, otherAnn);
  const { result } = json as { result: { subjects: { subject: string }[] }[] };
  const { subject } = result[0]!.subjects[0]!;
  await compreface('DELETE', `/subjects/${subject}`, keys.recognition);
  expect((await enface.ask('POST', '/person', { token, json: { person_id } })).status).toBe(404);
});

it('whoever has no face yet keeps no fields, and is told so', async () => {
  const { gallery, access } = enface.app.services;
  const { collection } = await enface.app.issueKeys('faceless');
  const ask = { dialect: 'enface', right: 'write', reach: [collection.id], name: 'test' } as const;
  const token = (await createKeys(access, ask))[0]!.secret;
  const { personId: person_id } = await gallery.addPerson(collection.id, 'Bob');
  const json = { person_id, fields: ['known at the door'] };
  expect(await enface.ask('POST', '/person/update', { token, json })).toMatchObject({
    status: 400,
    json: { status: 'error', message: 'person has no image that fields are kept with' },
  });
});
