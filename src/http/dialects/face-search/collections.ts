import type { Collection } from '../../../domain/gallery.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import { collectionOf, isCollectionName, nameOf } from './collection-names.ts';
import type { FaceSearchDeps } from './deps.ts';
import { collectionNameIllegal } from './errors.ts';
import { readBody } from './requests.ts';
import { collectionBody, type WireCollection } from './wire.ts';

export function addCollectionRoutes(router: DialectRouter, deps: FaceSearchDeps): void {
  const { collections } = deps;

  router.post('/collection', 'write', async (ctx) => {
    const { name } = (await readBody(ctx, deps, collectionBody)).body;
    if (!isCollectionName(name)) throw collectionNameIllegal();
    await collections.create(callerOf(ctx), { name });
    ctx.body = { name, num_persons: 0 } satisfies WireCollection;
  });

  router.delete('/collection', 'write', async (ctx) => {
    const { name } = (await readBody(ctx, deps, collectionBody)).body;
    const { id } = await collectionOf(ctx, deps, name);
    await collections.remove(callerOf(ctx), id);
    ctx.body = {};
  });

  router.get('/collections', 'read', async (ctx) => {
    const all = await collections.list(callerOf(ctx));
    ctx.body = await Promise.all(all.map((collection) => toWire(ctx, deps, collection)));
  });
}

async function toWire(
  ctx: RequestContext,
  { collections }: FaceSearchDeps,
  collection: Collection,
): Promise<WireCollection> {
  const { members } = await collections.count(callerOf(ctx), collection.id);
  return { name: nameOf(collection), num_persons: members };
}
