import {
  type Camera,
  type CameraFeature,
  type CameraGroup,
  type CameraSearch,
  defaultCameraId,
  defaultGroupId,
} from '../../../domain/camera.ts';
import { type Credential, reaches } from '../../../domain/credential.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toIso } from './answers.ts';
import { readFields } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { failed, instead, refused } from './errors.ts';
import { type Lists, openLists } from './lists.ts';
import { fromWhen, toAdmission } from './rules.ts';
import {
  groupBody,
  groupCreateBody,
  groupDeleteBody,
  groupUpdateBody,
  type SourceOptions,
  sourceCreateBody,
  sourceDeleteBody,
  sourceUpdateBody,
  type WireSearch,
} from './wire.ts';

/** Groups of sources, and sources: groups and cameras as the other APIs have them. */
export function addSourceRoutes(router: DialectRouter, deps: EnfaceDeps): void {
  addGroups(router, deps);
  addSources(router, deps);
}

function addGroups(router: DialectRouter, deps: EnfaceDeps): void {
  const { cameras, collections } = deps;

  router.on(['get', 'post'], '/source/groups', 'read', async (ctx) => {
    const caller = callerOf(ctx);
    const lists = await openLists(collections, caller);
    ctx.body = (await cameras.listGroups(caller)).map((group) => toWireGroup(group, lists, caller));
  });
  router.post('/source/group/create', 'write', async (ctx) => {
    const { name, person_list_search } = await readFields(ctx, deps, groupCreateBody);
    const caller = callerOf(ctx);
    const searches = await toSearches(person_list_search ?? [], await openLists(collections, caller));
    const { id } = await cameras.addGroup(caller, { name, searches });
    ctx.status = 201;
    ctx.body = { status: 'ok', message: 'source group created', group_id: id };
  });
  router.on(['put', 'post'], '/source/group/update', 'write', async (ctx) => {
    const { group_id, name, person_list_search } = await readFields(ctx, deps, groupUpdateBody);
    if (name === undefined && person_list_search === undefined) throw refused(400, 'nothing to change');
    const caller = callerOf(ctx);
    const searches =
      person_list_search && (await toSearches(person_list_search, await openLists(collections, caller)));
    await cameras.updateGroup(caller, group_id, {
      ...(name !== undefined && { name }),
      ...(searches && { searches }),
    });
    ctx.body = { status: 'ok', message: 'source group updated' };
  });
  router.on(['delete', 'post'], '/source/group/delete', 'write', async (ctx) => {
    const ids = await readFields(ctx, deps, groupDeleteBody);
    if (ids.length === 0) throw failed('id or [ids] must exist');
    if (ids.includes(defaultGroupId)) throw failed('can not delete default group');
    const { length } = await cameras.removeGroups(callerOf(ctx), ids);
    if (length === 0) throw failed('source group with this id does not found');
    ctx.body = { status: 'ok', message: `${length} group(s) deleted` };
  });
}

function addSources(router: DialectRouter, deps: EnfaceDeps): void {
  const { cameras, collections } = deps;

  router.on(['get', 'post'], '/sources', 'read', async (ctx) => {
    const { group_id } = await readFields(ctx, deps, groupBody);
    const caller = callerOf(ctx);
    const lists = await openLists(collections, caller);
    ctx.body = (await cameras.list(caller, group_id)).map((source) => toWireSource(source, lists, caller));
  });
  router.post('/source/create', 'write', async (ctx) => {
    const { group_id: groupId, name, ...options } = await readFields(ctx, deps, sourceCreateBody);
    const caller = callerOf(ctx);
    const wish = { groupId, name, ...(await toSource(options, await openLists(collections, caller))) };
    const added = cameras.add(caller, wish);
    const { id } = await instead(added, 'camera-group-unknown', () =>
      refused(400, `group id '${groupId}' does not found`),
    );
    ctx.status = 201;
    ctx.body = { status: 'ok', message: 'source created', source_id: id };
  });
  router.on(['put', 'post'], '/source/update', 'write', async (ctx) => {
    const { source_id, group_id, name, ...options } = await readFields(ctx, deps, sourceUpdateBody);
    const said = [group_id, name, ...Object.values(options)];
    if (said.every((one) => one === undefined)) throw refused(400, 'nothing to change');
    const caller = callerOf(ctx);
    const before = await cameras.get(caller, source_id);
    const change = {
      ...(await toSource(options, await openLists(collections, caller), before)),
      ...(name !== undefined && { name }),
      ...(group_id !== undefined && { groupId: group_id }),
    };
    await instead(cameras.update(caller, source_id, change), 'camera-group-unknown', () =>
      refused(400, `group id '${group_id}' does not found`),
    );
    ctx.body = { status: 'ok', message: 'source updated' };
  });
  router.on(['delete', 'post'], '/source/delete', 'write', async (ctx) => {
    const ids = await readFields(ctx, deps, sourceDeleteBody);
    if (ids.length === 0) throw failed('id or [ids] must exist');
    if (ids.includes(defaultCameraId)) throw failed('can not delete default source');
    const { length } = await cameras.remove(callerOf(ctx), ids);
    if (length === 0) throw failed('no sources found with provided id(s)');
    ctx.body = { status: 'ok', message: `${length} source(s) deleted` };
  });
}

async function collectionIdOf(lists: Lists, listId: Uuid): Promise<Uuid> {
  const list = await lists.find(listId);
  if (!list) throw refused(400, `person list id '${listId}' does not found`);
  return list.id;
}

async function toSearches(wanted: readonly WireSearch[], lists: Lists): Promise<CameraSearch[]> {
  const searches: CameraSearch[] = [];
  for (const { id, on_found: onFound, on_failed: onFailed } of wanted) {
    searches.push({ collectionId: await collectionIdOf(lists, id), onFound, onFailed });
  }
  return searches;
}

/** Where a new source says nothing, as documented: it lets nobody in. */
const usualAdmission = { when: 'never', minFacePixels: 112, maxYaw: 60 } as const;

/** What a request says of a source; what it does not say stays as it was. */
async function toSource(
  { feature_check, person_list_add, ...said }: SourceOptions,
  lists: Lists,
  before?: Camera,
): Promise<Pick<Camera, 'newPersons'> & { features?: readonly CameraFeature[] }> {
  const collectionIds: Uuid[] = [];
  for (const id of person_list_add ?? []) collectionIds.push(await collectionIdOf(lists, id));
  return {
    ...(feature_check && { features: feature_check }),
    newPersons: {
      ...toAdmission(said, before?.newPersons ?? usualAdmission),
      collectionIds: person_list_add ? collectionIds : (before?.newPersons.collectionIds ?? []),
    },
  };
}

/** Lists that the caller does not reach are not there for her, whoever named them. */
function toWireGroup({ id, name, searches, createdAtMs }: CameraGroup, lists: Lists, { reach }: Credential) {
  const reached = searches.filter(({ collectionId }) => reaches(reach, collectionId));
  return {
    ...{ group_id: id, name, created: toIso(createdAtMs) },
    person_list_search: reached.map(({ collectionId, onFound, onFailed }) => ({
      ...{ id: lists.idOf(collectionId), on_found: onFound, on_failed: onFailed },
    })),
  };
}

function toWireSource({ id, name, features, newPersons }: Camera, lists: Lists, { reach }: Credential) {
  const reached = newPersons.collectionIds.filter((collectionId) => reaches(reach, collectionId));
  return {
    ...{ source_id: id, name, feature_check: features },
    auto_person_create: {
      new_person_threshold: fromWhen(newPersons.when),
      new_person_square_min: newPersons.minFacePixels,
      new_person_yaw_max: newPersons.maxYaw,
      person_list_add: reached.map(lists.idOf),
    },
  };
}
