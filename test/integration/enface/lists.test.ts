import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { portrait } from '../../harness/photographs.ts';
import { answer, defaultId, type EnfaceApp, iso, nothing, startEnface, uuid1 } from './enface-app.ts';

// Numbers in brackets are lines of Enface's documentation, R is what was recovered, "ours" is what neither tells.

let enface: EnfaceApp;
beforeAll(async () => {
  enface = await startEnface();
});
afterAll(() => enface[Symbol.asyncDispose]());
beforeEach(() => enface.fresh());

const post = (path: string, json: object) => enface.ask('POST', path, { json });
const error = (message: string, status = 200) => ({ status, json: { status: 'error', message } });
const newList = async (name: string) =>
  ((await post('/person/list/create', { name })).json as { list_id: string }).list_id;
const lists = async () =>
  (await enface.ask('GET', '/person/lists')).json as { list_id: string; name: string }[];

describe('a list of persons', () => {
  it('is made (439–497)', async () => {
    const reply = await post('/person/list/create', { name: 'list name 1' });
    expect(answer(reply)).toEqual({ status: 201, json: { list_id: uuid1, status: 'ok' } });
  });

  it('is listed after the default one, by both verbs (499–528, R)', async () => {
    const list_id = await newList('list name 1');
    for (const method of ['GET', 'POST']) {
      expect(answer(await enface.ask(method, '/person/lists'))).toEqual({
        status: 200,
        json: [
          { list_id: defaultId, name: expect.any(String), created: iso },
          { list_id, name: 'list name 1', created: iso },
        ],
      });
    }
  });

  it('has persons of its own (545–548, 680–683)', async () => {
    const list_id = await newList('list name 1');
    const image = [{ part: 'image', bytes: await portrait('cleo') }];
    const { json } = await enface.send('/person/create', image, { list_id });
    const { person_id } = (json as { persons_new: { person_id: string }[][] }).persons_new[0]![0]!;
    expect((await post('/person', { person_id, list_id })).json).toMatchObject({ person_id, list_id });
    expect(answer(await post('/person', { person_id }))).toEqual(
      error(`person id ${person_id} does not found`, 404),
    );
    expect((await enface.send('/person/create', image)).status).toBe(201);
  });

  it('gets another name, but not the default one (R)', async () => {
    const list_id = await newList('list name 1');
    const rename = (json: object) => enface.ask('PUT', '/person/list/update', { json });
    expect(answer(await rename({ list_id, name: 'other' }))).toEqual({
      status: 200,
      json: { status: 'ok', message: 'list updated' },
    });
    expect(await lists()).toMatchObject([{}, { list_id, name: 'other' }]);
    expect(answer(await rename({ list_id: defaultId, name: 'other' }))).toEqual(
      error('can not rename default list'),
    );
    expect(answer(await rename({ list_id: nothing, name: 'x' }))).toEqual(
      error('list with this id does not exists', 400),
    );
    expect(answer(await rename({ list_id }))).toEqual(error('nothing to change', 400));
    expect(answer(await rename({ name: 'x' }))).toEqual(error('bad list id', 400));
    expect(answer(await rename({ list_id: 'x', name: 'x' }))).toEqual(error('bad list id', 400));
    expect(answer(await rename({ list_id, name: '' }))).toEqual(error('bad list name', 400));
    await newList('taken');
    expect(answer(await rename({ list_id, name: 'taken' }))).toEqual(
      error('list with this name is already exists', 400),
    );
  });

  it('is deleted by its id or its name, but not the default one (R)', async () => {
    const ids = [await newList('one'), await newList('two')];
    const remove = (json: object) => enface.ask('DELETE', '/person/list/delete', { json });
    const deleted = (id: string) => ({ status: 200, json: { status: 'ok', message: `list ${id} deleted` } });
    expect(answer(await remove({ list_id: ids[0] }))).toEqual(deleted(ids[0]!));
    expect(answer(await remove({ name: 'two' }))).toEqual(deleted(ids[1]!));
    expect(await lists()).toHaveLength(1);
    expect(answer(await remove({ list_id: ids[0] }))).toEqual(error('list with this id does not found'));
    expect(answer(await remove({ name: 'two' }))).toEqual(error('list with this name does not found', 400));
    expect(answer(await remove({ list_id: defaultId }))).toEqual(error('can not delete default list'));
    expect(answer(await remove({}))).toEqual(error('bad list id', 400));
  });

  it.each([[{}], [{ name: '' }], [{ name: 'x'.repeat(101) }], [{ name: 7 }]])(
    'has a name of 1 to 100 letters: not %j (447–449, R)',
    async (json) => {
      expect(answer(await post('/person/list/create', json))).toEqual(error('bad list name', 400));
    },
  );

  it('has a name of its own (R)', async () => {
    await newList('list name 1');
    expect(answer(await post('/person/list/create', { name: 'list name 1' }))).toEqual(
      error('list with this name is already exists', 400),
    );
  });
});
