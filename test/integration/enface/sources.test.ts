import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localAdmin } from '../../../src/domain/credential.ts';
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
const done = (message: string) => ({ status: 200, json: { status: 'ok', message } });

let named = 0;
async function newGroup(more: object = {}): Promise<string> {
  const { json } = await post('/source/group/create', { name: `group ${++named}`, ...more });
  return (json as { group_id: string }).group_id;
}
async function newSource(group_id: string, more: object = {}): Promise<string> {
  const { json } = await post('/source/create', { group_id, name: 'camera 1', ...more });
  return (json as { source_id: string }).source_id;
}
async function newList(): Promise<string> {
  return ((await post('/person/list/create', { name: `list ${++named}` })).json as { list_id: string })
    .list_id;
}
const groups = async () => (await enface.ask('GET', '/source/groups')).json as { group_id: string }[];
const sources = async (group_id: string) => (await post('/sources', { group_id })).json as object[];

describe('a source group', () => {
  it('is made, and listed after the default one (177–272, R)', async () => {
    const list = await newList();
    const search = [{ id: list, on_found: 'open', on_failed: '' }, { id: defaultId }];
    const reply = await post('/source/group/create', { name: 'Office cameras', person_list_search: search });
    expect(answer(reply)).toEqual({
      status: 201,
      json: { status: 'ok', message: 'source group created', group_id: uuid1 },
    });
    const { group_id } = reply.json as { group_id: string };
    for (const method of ['GET', 'POST']) {
      expect(answer(await enface.ask(method, '/source/groups'))).toEqual({
        status: 200,
        json: [
          { group_id: defaultId, name: 'Default group', created: iso, person_list_search: [] },
          {
            ...{ group_id, name: 'Office cameras', created: iso },
            person_list_search: [
              { id: list, on_found: 'open', on_failed: '' },
              { id: defaultId, on_found: '', on_failed: '' },
            ],
          },
        ],
      });
    }
  });

  it('is changed (R)', async () => {
    const group_id = await newGroup();
    const change = { group_id, name: `renamed ${group_id}` };
    const reply = await enface.ask('PUT', '/source/group/update', { json: change });
    expect(answer(reply)).toEqual(done('source group updated'));
    expect(await groups()).toContainEqual(expect.objectContaining(change));
    expect(answer(await post('/source/group/update', { group_id }))).toEqual(error('nothing to change', 400));
    expect(answer(await post('/source/group/update', { group_id: nothing, name: 'x' }))).toEqual(
      error('source group with this id does not found'),
    );
  });

  it('has a name that no other has, and lists that are there (R)', async () => {
    const group_id = await newGroup({ name: 'taken' });
    expect(answer(await post('/source/group/create', { name: 'taken' }))).toEqual(
      error('group with this name is already exists'),
    );
    const strange = { name: 'other', person_list_search: [nothing] };
    expect(answer(await post('/source/group/create', strange))).toEqual(
      error(`person list id '${nothing}' does not found`, 400),
    );
    await enface.ask('DELETE', '/source/group/delete', { json: { group_id } });
  });

  it('is deleted, also with others at once, but not the default one (R)', async () => {
    const ids = [await newGroup(), await newGroup()];
    const one = await newGroup();
    expect(answer(await enface.ask('DELETE', '/source/group/delete', { json: { group_id: one } }))).toEqual(
      done('1 group(s) deleted'),
    );
    expect(answer(await post('/source/group/delete', { group_id: [...ids, nothing] }))).toEqual(
      done('2 group(s) deleted'),
    );
    expect(await groups()).toHaveLength(1);
    expect(answer(await post('/source/group/delete', { group_id: one }))).toEqual(
      error('source group with this id does not found'),
    );
    expect(answer(await post('/source/group/delete', {}))).toEqual(error('id or [ids] must exist'));
    expect(answer(await post('/source/group/delete', { group_id: defaultId }))).toEqual(
      error('can not delete default group'),
    );
  });
});

describe('a source', () => {
  it('is made with its rule, and listed with its group (278–433, R)', async () => {
    const group_id = await newGroup();
    const list = await newList();
    const reply = await post('/source/create', {
      ...{ group_id, name: 'camera 1', features_check: ['gender', 'age'], new_person_threshold: 'no_match' },
      ...{ new_person_square_min: 112, new_person_angle_max: 60, person_list_add: list },
    });
    expect(answer(reply)).toEqual({
      status: 201,
      json: { status: 'ok', message: 'source created', source_id: uuid1 },
    });
    const source = {
      ...{ source_id: (reply.json as { source_id: string }).source_id, name: 'camera 1' },
      feature_check: ['gender', 'age'],
      auto_person_create: {
        ...{ new_person_threshold: 'no_match', new_person_square_min: 112, new_person_yaw_max: 60 },
        person_list_add: [list],
      },
    };
    expect(answer(await post('/sources', { group_id }))).toEqual({ status: 200, json: [source] });
    expect((await enface.ask('GET', `/sources?group_id=${group_id}`)).json).toEqual([source]);
  });

  it('lets nobody in unless it is told so (295–312)', async () => {
    const group_id = await newGroup();
    await newSource(group_id);
    expect(await sources(group_id)).toMatchObject([
      {
        auto_person_create: {
          ...{ new_person_threshold: 'never', new_person_square_min: 112, new_person_yaw_max: 60 },
          person_list_add: [],
        },
      },
    ]);
  });

  it('is changed in what is said of it (R)', async () => {
    const group_id = await newGroup();
    const source_id = await newSource(group_id, { new_person_threshold: '85' });
    const change = { source_id, new_person_yaw_max: '30', feature_check: 'age' };
    const reply = await enface.ask('PUT', '/source/update', { json: change });
    expect(answer(reply)).toEqual(done('source updated'));
    expect(await sources(group_id)).toMatchObject([
      { feature_check: ['age'], auto_person_create: { new_person_threshold: '85', new_person_yaw_max: 30 } },
    ]);
    const nested = { source_id, auto_person_create: { new_person_threshold: '95' } };
    await post('/source/update', nested);
    expect(await sources(group_id)).toMatchObject([{ auto_person_create: { new_person_threshold: '95' } }]);
    expect(answer(await post('/source/update', { source_id }))).toEqual(error('nothing to change', 400));
    expect(answer(await post('/source/update', { source_id: nothing, name: 'x' }))).toEqual(
      error('source with this id does not found'),
    );
  });

  it('is deleted, but not the default one (R)', async () => {
    const group_id = await newGroup();
    const ids = [await newSource(group_id), await newSource(group_id)];
    expect(answer(await enface.ask('DELETE', '/source/delete', { json: { source_id: ids } }))).toEqual(
      done('2 source(s) deleted'),
    );
    expect(answer(await post('/source/delete', { source_id: ids[0] }))).toEqual(
      error('no sources found with provided id(s)'),
    );
    expect(answer(await post('/source/delete', {}))).toEqual(error('id or [ids] must exist'));
    expect(answer(await post('/source/delete', { source_id: defaultId }))).toEqual(
      error('can not delete default source'),
    );
  });

  it('stands in a group that is there, and names lists that are there (R)', async () => {
    const wish = { name: 'camera 1', group_id: nothing };
    expect(answer(await post('/source/create', wish))).toEqual(
      error(`group id '${nothing}' does not found`, 400),
    );
    const strange = { name: 'camera 1', group_id: defaultId, person_list_add: nothing };
    expect(answer(await post('/source/create', strange))).toEqual(
      error(`person list id '${nothing}' does not found`, 400),
    );
    expect(answer(await post('/sources', { group_id: nothing }))).toEqual(
      error('source group with this id does not found'),
    );
  });

  it.each([
    ['no name', { group_id: defaultId }],
    ['a name that is too long', { group_id: defaultId, name: 'x'.repeat(101) }],
    ['a threshold of no documented level', { group_id: defaultId, name: 'x', new_person_threshold: '50' }],
    ['a feature that nobody knows', { group_id: defaultId, name: 'x', feature_check: ['mood'] }],
    ['a group that is no id', { group_id: 'x', name: 'x' }],
  ])('is refused with %s (282–330)', async (_, wish) => {
    expect(answer(await post('/source/create', wish))).toEqual(error('invalid schema', 400));
  });

  it('tells nobody of lists that she does not reach (ours)', async () => {
    const hidden = await enface.app.services.collections.create(localAdmin, { name: `hidden ${++named}` });
    const searches = [{ collectionId: hidden.id, onFound: '', onFailed: '' }];
    await enface.app.services.cameras.updateGroup(localAdmin, defaultId, { searches });
    expect(await groups()).toMatchObject([{ group_id: defaultId, person_list_search: [] }]);
    await enface.app.services.cameras.updateGroup(localAdmin, defaultId, { searches: [] });
  });
});
