import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-client.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';
import { answer, defaultId, type EnfaceApp, nothing, person, startEnface, whole } from './enface-app.ts';

// Numbers in brackets are lines of Enface's documentation, R is what was recovered, "ours" is what neither tells.

let enface: EnfaceApp;
let ann: Buffer;
let otherAnn: Buffer;
let bea: Buffer;
beforeAll(async () => {
  enface = await startEnface();
  [ann, otherAnn, bea] = [await portrait('ann'), await portrait('ann', 'other'), await portrait('bea')];
});
afterAll(() => enface[Symbol.asyncDispose]());
beforeEach(() => enface.fresh());

const create = (image: Buffer, form = {}) =>
  enface.send('/person/create', [{ part: 'image', bytes: image }], form);
type Made = {
  persons_new: { person_id: string }[][];
  persons_updated: { person_id: string }[];
  matches: object[];
};

async function created(image: Buffer, form = {}): Promise<string> {
  return ((await create(image, form)).json as Made).persons_new[0]![0]!.person_id;
}

describe('a person of Enface', () => {
  it('is made from a picture, in the default list: 201 (534–652, R)', async () => {
    expect(answer(await create(ann, { fields: ['a', 'b'] }))).toEqual({
      status: 201,
      json: {
        ...{ status: 'ok', message: '1 face(s) successfully processed', faces_total: 1 },
        persons_new: [[{ ...person, list_id: defaultId, fields: ['a', 'b'], features: [] }]],
        ...{ persons_updated: [], matches: [], spent: whole },
      },
    });
  });

  it('who is there already is told, and nobody is made: 200 (R)', async () => {
    const id = await created(ann);
    expect(answer(await create(otherAnn))).toEqual({
      status: 200,
      json: {
        ...{ status: 'ok', message: '1 face(s) successfully processed', faces_total: 1, persons_new: [] },
        persons_updated: [{ ...person, person_id: id }],
        matches: [
          {
            ...{ person_id: id, list_id: defaultId, score: expect.any(Number) },
            ...{ fields: [], image_url: expect.any(String) },
          },
        ],
        spent: whole,
      },
    });
  });

  it('is told by her id (670–747)', async () => {
    const id = await created(ann, { fields: '["x"]' });
    const reply = await enface.ask('POST', '/person', { json: { person_id: id } });
    expect(answer(reply)).toEqual({ status: 200, json: { ...person, person_id: id, fields: ['x'] } });
  });

  it('has an image, until it is not wanted any more (769–773, R)', async () => {
    const person_id = await created(ann);
    const imageUrl = async () =>
      ((await enface.ask('POST', '/person', { json: { person_id } })).json as { image_url: string })
        .image_url;
    const link = await imageUrl();
    expect(link).toMatch(/^\/enface\/v1\/image\/[\w-]+$/);
    const shown = await call(enface.app.main.address, 'GET', link);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(shown.bytes.equals(ann)).toBe(true);
    await enface.ask('POST', '/person/update', { json: { person_id, drop_image: true } });
    expect(await imageUrl()).toBe('');
    expect((await call(enface.app.main.address, 'GET', link)).status).toBe(404);
    expect((await create(otherAnn)).json).toMatchObject({ persons_updated: [{ person_id }] });
  });

  it('has no picture of others beside her face (ours)', async () => {
    const person_id = await created(group(3), { new_person_yaw_max: '80' });
    const { image_url } = (await enface.ask('POST', '/person', { json: { person_id } })).json as {
      image_url: string;
    };
    const { width, height } = await sharp(
      (await call(enface.app.main.address, 'GET', image_url)).bytes,
    ).metadata();
    expect([width, height]).toEqual([320, 320]);
  });

  it('gets other fields (749–830)', async () => {
    const id = await created(ann, { fields: ['x'] });
    const update = { person_id: id, fields: ['y', 'z', 'y'] };
    expect(answer(await enface.ask('POST', '/person/update', { json: update }))).toEqual({
      status: 200,
      json: { status: 'ok', message: 'operation succeeded' },
    });
    expect((await enface.ask('POST', '/person', { json: { person_id: id } })).json).toMatchObject({
      fields: ['y', 'z'],
    });
  });

  it('is deleted, by the documented verb and by POST (832–898, R)', async () => {
    for (const method of ['DELETE', 'POST']) {
      const person_id = await created(ann);
      expect(answer(await enface.ask(method, '/person/delete', { json: { person_id } }))).toEqual({
        status: 200,
        json: { status: 'ok', message: '1 person(s) deleted' },
      });
      expect(answer(await enface.ask('POST', '/person', { json: { person_id } }))).toEqual({
        status: 404,
        json: { status: 'error', message: `person id ${person_id} does not found` },
      });
    }
  });

  it('is replaced by another picture of hers, and keeps her id and fields (550, R)', async () => {
    const id = await created(ann, { fields: ['x'] });
    const reply = await create(otherAnn, { replace_person_id: id, new_person_yaw_max: '40' });
    expect(answer(reply)).toMatchObject({
      status: 200,
      json: { persons_new: [], persons_updated: [{ person_id: id, status: 'replaced', fields: ['x'] }] },
    });
  });
});

describe('making a person', () => {
  it.each([
    [
      'no picture at all',
      async () => Buffer.from('no picture'),
      { message: 'image format is unknown', faces_total: 0 },
    ],
    ['a picture of nobody', emptyRoom, { message: 'no faces found', faces_total: 0 }],
  ])('tells of %s that it was processed (657–668, R)', async (_, image, told) => {
    expect(answer(await create(await image()))).toMatchObject({
      status: 200,
      json: { status: 'ok', ...told },
    });
  });

  it('takes the largest face, or each of several (572–576)', async () => {
    const one = await create(group(3));
    expect(one.json).toMatchObject({ message: '1 face(s) successfully processed' });
    const { faces_total } = one.json as { faces_total: number };
    expect(faces_total).toBeGreaterThan(1);
    const all = await create(group(3), {
      multi: 'true',
      new_person_square_min: '50',
      new_person_yaw_max: '80',
    });
    expect(all.json).toMatchObject({ message: `${faces_total} face(s) successfully processed`, faces_total });
    const { persons_new, persons_updated } = all.json as Made;
    expect(persons_new.length + persons_updated.length).toBe(faces_total);
    expect(persons_updated).toHaveLength(1);
  });

  it('makes nobody by the rule never, of a face that is too small, and of one turned too far (589–620, R)', async () => {
    const dora = await portrait('dora');
    const rules = [
      { new_person_threshold: 'never' },
      { new_person_square_min: '224' },
      { new_person_yaw_max: '20' },
    ];
    for (const rule of rules) {
      expect(answer(await create(dora, rule))).toMatchObject({
        status: 200,
        json: { message: '1 face(s) successfully processed', persons_new: [], persons_updated: [] },
      });
    }
    expect((await create(dora)).status).toBe(201);
  });

  it('names a list that is not there (R: 400), and refuses what is of no schema', async () => {
    expect(answer(await create(ann, { list_id: nothing }))).toEqual({
      status: 400,
      json: { status: 'error', message: `list id '${nothing}' does not found` },
    });
    for (const form of [{ list_id: 'x' }, { multi: 'maybe' }, { new_person_square_min: '51' }]) {
      expect(answer(await create(ann, form))).toEqual({
        status: 400,
        json: { status: 'error', message: 'invalid schema' },
      });
    }
  });

  it('takes no picture under another name, and misses one that is not there (R)', async () => {
    expect(answer(await enface.send('/person/create', [{ part: 'file', bytes: ann }]))).toEqual({
      status: 400,
      json: { status: 'error', message: 'unexpected field' },
    });
    for (const reply of [
      await enface.send('/person/create', [], { multi: 'true' }),
      await enface.ask('POST', '/person/create', { json: {} }),
    ]) {
      expect(answer(reply)).toEqual({ status: 400, json: { status: 'error', message: 'no image attached' } });
    }
  });
});

describe('looking for features', () => {
  it('tells of each face of each picture what was asked (981–1059, R)', async () => {
    const pictures = [ann, bea].map((bytes) => ({ part: 'images', bytes }));
    const reply = await enface.send('/detect', pictures, {
      feature_check: ['gender', 'race', 'age'],
      ...{ bbox: '1', bbox_pro: '1', thumb: '1' },
    });
    const feature = (name: string, result: unknown) => ({
      ...{ name, version: 1, result, confidence: expect.stringMatching(/^.{1,6}$/), spent: whole },
    });
    const point = [whole, whole];
    // The corners of a turned box may lie beyond the picture.
    const corner = [expect.any(Number), expect.any(Number)];
    const face = {
      bbox: [point, point],
      bbox_pro: [corner, corner, corner, corner],
      thumb: expect.stringMatching(/^\/9j\//),
      features: [
        feature('gender', expect.stringMatching(/^(fe)?male$/)),
        feature('race', 'not available'),
        feature('age', whole),
      ],
    };
    expect(answer(reply)).toEqual({
      status: 200,
      json: { status: 'ok', results: [[face], [face]], spent: whole },
    });
  });
});
