import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/domain/credential.ts';
import { emptyRoom, group, portrait } from '../../harness/photographs.ts';
import {
  answer,
  defaultId,
  type EnfaceApp,
  type Form,
  nothing,
  person,
  startEnface,
  whole,
} from './enface-app.ts';

// Numbers in brackets are lines of Enface's documentation, R is what was recovered, "ours" is what neither tells.

let enface: EnfaceApp;
let cleo: Buffer;
let otherCleo: Buffer;
let dora: Buffer;
beforeAll(async () => {
  enface = await startEnface();
  [cleo, otherCleo, dora] = [await portrait('cleo'), await portrait('cleo', 'other'), await portrait('dora')];
});
afterAll(() => enface[Symbol.asyncDispose]());
beforeEach(() => enface.fresh());

const images = (...all: Buffer[]) => all.map((bytes) => ({ part: 'images', bytes }));
const image = (bytes: Buffer) => [{ part: 'image', bytes }];
const act = (bytes: Buffer, form?: Form, token?: string) => enface.send('/action', image(bytes), form, token);
const post = (path: string, json: object) => enface.ask('POST', path, { json });
const error = (message: string, status: number) => ({ status, json: { status: 'error', message } });

async function created(bytes: Buffer, form: Form = {}): Promise<string> {
  const { json } = await enface.send('/person/create', image(bytes), form);
  return (json as { persons_new: { person_id: string }[][] }).persons_new[0]![0]!.person_id;
}

const score = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0 && value <= 100);
const match = (person_id: string, more = {}) => ({
  ...{ person_id, list_id: defaultId, score, fields: [], image_url: expect.any(String), ...more },
});
type Acted = { results: { matches: { person_id: string; score: number }[]; persons_new?: object[] }[] };
const resultsOf = async (bytes: Buffer, form?: Form) => ((await act(bytes, form)).json as Acted).results;

describe('comparing two pictures', () => {
  const compare = (one: Buffer, other: Buffer, form?: Form) =>
    enface.send('/compare', images(one, other), form);
  const scoreOf = async (one: Buffer, other: Buffer) =>
    ((await compare(one, other)).json as { image1: { score: number }[] }).image1[0]!.score;

  it('tells the largest face of each and how alike they are (904–979)', async () => {
    expect(answer(await compare(cleo, otherCleo))).toEqual({
      status: 200,
      json: {
        ...{ status: 'ok', spent: whole },
        ...{ image1: [{ score, scores: [score] }], image2: [{ score, scores: [score] }] },
      },
    });
  });

  it('has 80 between the same and others, and 100 for the same picture (ours)', async () => {
    expect(await scoreOf(cleo, cleo)).toBe(100);
    expect(await scoreOf(cleo, otherCleo)).toBeGreaterThan(80);
    expect(await scoreOf(cleo, dora)).toBeLessThan(80);
  });

  it('compares each face of one with each of the other (927–931)', async () => {
    const { json } = await compare(group(3), cleo, { multi: 'true' });
    const { image1, image2 } = json as Record<'image1' | 'image2', { scores: number[] }[]>;
    expect(image1!.length).toBeGreaterThan(1);
    expect(image2![0]!.scores).toEqual(image1!.map(({ scores }) => scores[0]));
  });

  it('tells where each face is and shows it (915–942, R)', async () => {
    const { json } = await compare(cleo, dora, { bbox: 'true', bbox_pro: 'true', thumb: 'true' });
    const point = [expect.any(Number), expect.any(Number)];
    const { image1 } = json as { image1: { bbox: number[][]; thumb: string }[] };
    expect(image1).toMatchObject([{ bbox: [point, point], bbox_pro: [point, point, point, point] }]);
    const [[left, top], [right, bottom]] = image1[0]!.bbox as [[number, number], [number, number]];
    expect(left).toBeLessThan(right);
    expect(top).toBeLessThan(bottom);
    const { width, height, format } = await sharp(Buffer.from(image1[0]!.thumb, 'base64')).metadata();
    expect([width, height, format]).toEqual([112, 112, 'jpeg']);
  });

  it('takes just two pictures (909–913)', async () => {
    expect(answer(await enface.send('/compare', images(cleo)))).toEqual(error('invalid schema', 400));
    expect(answer(await enface.send('/compare', images(cleo, dora, cleo)))).toEqual(
      error('unexpected field', 400),
    );
    expect(answer(await enface.send('/compare', []))).toEqual(error('no image attached', 400));
  });

  it('says so where one of them shows nobody (R)', async () => {
    const { json } = await compare(cleo, await emptyRoom());
    expect(json).toMatchObject({ status: 'ok', message: 'no faces found', image2: [] });
  });
});

describe('an action', () => {
  it('finds who is in the default list, and makes nobody: the default source lets nobody in (1061–1213, R)', async () => {
    const id = await created(cleo);
    const reply = await act(otherCleo, { bbox: 'true' });
    expect(answer(reply)).toEqual({
      status: 201,
      json: {
        ...{ status: 'ok', message: '1 face(s) successfully processed', spent: whole },
        results: [
          {
            matches: [match(id)],
            bbox: [
              [whole, whole],
              [whole, whole],
            ],
          },
        ],
      },
    });
    expect(await resultsOf(dora)).toEqual([{ matches: [] }]);
  });

  it('looks in the lists that are named, for so many as are wanted (1131–1140)', async () => {
    const { list_id } = (await post('/person/list/create', { name: 'side' })).json as { list_id: string };
    const there = await created(cleo, { list_id });
    expect(await resultsOf(cleo)).toEqual([{ matches: [] }]);
    const here = await created(cleo);
    expect(await resultsOf(cleo, { person_list_search: list_id })).toEqual([
      { matches: [match(there, { list_id })] },
    ]);
    const both = await resultsOf(cleo, { person_list_search: [list_id, defaultId], results: '5' });
    expect(both[0]!.matches.map(({ person_id }) => person_id).toSorted()).toEqual([here, there].toSorted());
  });

  it('makes a person of who is not there, in each list that is named (1114–1146)', async () => {
    const { list_id } = (await post('/person/list/create', { name: 'side' })).json as { list_id: string };
    const form = { new_person_threshold: 'no_match', person_list_add: [defaultId, list_id] };
    expect(await resultsOf(dora, { ...form, new_person_yaw_max: '20' })).toEqual([{ matches: [] }]);
    const [first] = await resultsOf(dora, form);
    expect(first).toEqual({ matches: [], persons_new: [person, { ...person, list_id }] });
    const [again] = await resultsOf(dora, form);
    expect(again).not.toHaveProperty('persons_new');
    expect(again!.matches).toHaveLength(1);
  });

  it('takes group and source as they say, unless the request says otherwise (1065–1076)', async () => {
    const { list_id } = (await post('/person/list/create', { name: 'side' })).json as { list_id: string };
    const { group_id } = (
      await post('/source/group/create', { name: 'door', person_list_search: [{ id: list_id }] })
    ).json as { group_id: string };
    const { source_id } = (
      await post('/source/create', {
        ...{ group_id, name: 'camera 1', new_person_threshold: 'no_match', feature_check: ['gender'] },
        person_list_add: list_id,
      })
    ).json as { source_id: string };
    const person_source = { group_id, group_name: 'door', source_id, source_name: 'camera 1' };
    const [seen] = await resultsOf(dora, { source_id });
    expect(seen).toMatchObject({
      matches: [],
      features: [{ name: 'gender' }],
      persons_new: [{ list_id, group_id, source_id, features: [{ name: 'gender' }], person_source }],
    });
    expect(await resultsOf(dora, { source_id })).toMatchObject([{ matches: [{ list_id }] }]);
    expect(await resultsOf(dora, { group_id, new_person_threshold: 'never' })).toEqual([
      { matches: [match(expect.any(String) as unknown as string, { list_id })] },
    ]);
    expect(await resultsOf(cleo, { source_id, new_person_threshold: 'never' })).toMatchObject([
      { matches: [] },
    ]);
    expect(await resultsOf(cleo, { source_id, person_list_search: defaultId })).toMatchObject([
      { matches: [], persons_new: [{ list_id }] },
    ]);
  });

  it('becomes an event of its source (ours)', async () => {
    const { source_id } = (await post('/source/create', { group_id: defaultId, name: 'camera 1' })).json as {
      source_id: string;
    };
    const id = await created(cleo);
    await act(otherCleo, { source_id });
    const events = [];
    const caller = { reach: 'all' } as Credential;
    const wish = { order: 'newest first', cameraIds: [source_id] } as const;
    for await (const event of enface.app.services.history.list(caller, wish)) events.push(event);
    expect(events).toMatchObject([
      { dialect: 'enface', kind: 'identification', candidates: [{ personId: id }] },
    ]);
  });

  it('names what is not there: 404 (R)', async () => {
    expect(answer(await act(cleo, { group_id: nothing }))).toEqual(
      error(`source group with id '${nothing}' does not exists`, 404),
    );
    expect(answer(await act(cleo, { source_id: nothing }))).toEqual(
      error(`source with id '${nothing}' does not exists`, 404),
    );
    for (const name of ['person_list_search', 'person_list_add']) {
      expect(answer(await act(cleo, { [name]: nothing }))).toEqual(
        error(`person list with id '${nothing}' does not exists`, 404),
      );
    }
  });

  it('makes nobody for who may only read (ours)', async () => {
    await created(cleo);
    const reader = await enface.fresh('read');
    expect((await act(cleo, {}, reader)).status).toBe(201);
    expect(answer(await act(cleo, { new_person_threshold: '90' }, reader))).toEqual(
      error('access denied', 403),
    );
  });

  it('keeps no image beside a person where none is wanted (596–600)', async () => {
    await created(cleo, { drop_image: 'true' });
    expect(await resultsOf(otherCleo)).toMatchObject([{ matches: [{ image_url: '' }] }]);
  });
});

describe('a picture', () => {
  const small = (width: number, height: number) =>
    sharp(cleo).resize(width, height, { fit: 'fill' }).jpeg().toBuffer();

  it('is too small at 50 × 30 (R)', async () => {
    const told = { status: 200, json: { status: 'ok', message: 'image is too small' } };
    expect(answer(await act(await small(50, 30)))).toMatchObject(told);
    expect(answer(await enface.send('/person/create', image(await small(50, 30))))).toMatchObject(told);
  });

  it('has a face that is processed although it has 45 × 54 pixels only (R)', async () => {
    const face = await sharp(cleo)
      .extract({ left: 60, top: 180, width: 180, height: 216 })
      .resize(45, 54)
      .toBuffer();
    const background = { create: { width: 320, height: 240, channels: 3 as const, background: '#888' } };
    const bytes = await sharp(background)
      .composite([{ input: face, left: 130, top: 90 }])
      .jpeg()
      .toBuffer();
    const { json } = await enface.send('/person/create', image(bytes), { new_person_square_min: '50' });
    expect(json).toMatchObject({ message: '1 face(s) successfully processed', faces_total: 1 });
  });

  it('has faces that are too small to be processed, but are counted (R)', async () => {
    const bytes = await sharp(group(6)).resize(130).jpeg().toBuffer();
    const { json } = await enface.send('/person/create', image(bytes));
    const { faces_total } = json as { faces_total: number };
    expect(faces_total).toBeGreaterThan(0);
    expect(json).toMatchObject({
      status: 'ok',
      message: `${faces_total} faces detected, but they are too small`,
    });
  });

  it('may be one of a hundred (988, R)', async () => {
    const room = await emptyRoom();
    const hundred = images(...Array.from({ length: 100 }, () => room));
    const { status, json } = await enface.send('/detect', hundred);
    expect({ status, json }).toEqual({
      status: 200,
      json: { status: 'ok', message: 'no faces found', results: Array(100).fill([]), spent: whole },
    });
    expect(answer(await enface.send('/detect', [...hundred, ...images(room)]))).toEqual(
      error('unexpected field', 400),
    );
  });

  it('may have 10 MB, and no more (983, R)', async () => {
    const padded = (bytes: number) => Buffer.concat([cleo, Buffer.alloc(bytes - cleo.length)]);
    const most = await enface.send('/detect', images(padded(10 * 1024 * 1024)));
    expect(most.json).toMatchObject({ status: 'ok', results: [[{ features: [] }]] });
    const more = await enface.send('/detect', images(padded(11 * 1024 * 1024)));
    expect(answer(more)).toEqual(error('The body is larger than allowed', 413));
  });
});
