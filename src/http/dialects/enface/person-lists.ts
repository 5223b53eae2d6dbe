import type { Collection } from '../../../domain/gallery.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import { toIso } from './answers.ts';
import { readFields } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { failed, refused } from './errors.ts';
import { type Lists, openLists } from './lists.ts';
import { listBody, listCreateBody, listName, uuid } from './wire.ts';

/** Lists of persons: making, listing, renaming and deleting them. */
export function addListRoutes(router: DialectRouter, deps: EnfaceDeps): void {
  const { collections } = deps;

  router.on(['get', 'post'], '/person/lists', 'read', async (ctx) => {
    const caller = callerOf(ctx);
    const lists = await openLists(collections, caller);
    const all = await collections.list(caller);
    // The default one first, as the others come by their names.
    const ordered = [...all.filter(lists.isDefault), ...all.filter((list) => !lists.isDefault(list))];
    ctx.body = ordered.map((list) => toWireList(list, lists));
  });
  router.post('/person/list/create', 'write', async (ctx) => {
    const name = readName((await readFields(ctx, deps, listCreateBody)).name);
    const { id } = await collections.create(callerOf(ctx), { name });
    ctx.status = 201;
    ctx.body = { list_id: id, status: 'ok' };
  });
  router.on(['put', 'post'], '/person/list/update', 'write', async (ctx) => {
    const body = await readFields(ctx, deps, listBody);
    const listId = readId(body.list_id);
    if (body.name === undefined) throw refused(400, 'nothing to change');
    const name = readName(body.name);
    const lists = await openLists(collections, callerOf(ctx));
    const list = await lists.find(listId);
    if (!list) throw refused(400, 'list with this id does not exists');
    if (lists.isDefault(list)) throw failed('can not rename default list');
    await collections.update(callerOf(ctx), list.id, { name });
    ctx.body = { status: 'ok', message: 'list updated' };
  });
  router.on(['delete', 'post'], '/person/list/delete', 'write', async (ctx) => {
    const lists = await openLists(collections, callerOf(ctx));
    const list = await listToDelete(ctx, deps, lists);
    if (lists.isDefault(list)) throw failed('can not delete default list');
    await collections.remove(callerOf(ctx), list.id);
    ctx.body = { status: 'ok', message: `list ${list.id} deleted` };
  });
}

/** By its id or, where none is given, by its name. */
async function listToDelete(ctx: RequestContext, deps: EnfaceDeps, lists: Lists): Promise<Collection> {
  const body = await readFields(ctx, deps, listBody);
  const name = body.name === undefined ? undefined : readName(body.name);
  if (body.list_id === undefined && name !== undefined) {
    const named = (await deps.collections.list(callerOf(ctx))).find((list) => list.name === name);
    if (!named) throw refused(400, 'list with this name does not found');
    return named;
  }
  const found = await lists.find(readId(body.list_id));
  if (!found) throw failed('list with this id does not found');
  return found;
}

function readId(value: unknown): string {
  const checked = uuid.safeParse(value);
  if (!checked.success) throw refused(400, 'bad list id');
  return checked.data;
}

function readName(value: unknown): string {
  const checked = listName.safeParse(value);
  if (!checked.success) throw refused(400, 'bad list name');
  return checked.data;
}

function toWireList({ id, name, createdAtMs }: Collection, lists: Lists) {
  return { list_id: lists.idOf(id), name, created: toIso(createdAtMs) };
}
