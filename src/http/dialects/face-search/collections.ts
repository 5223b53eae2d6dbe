import type { Collection } from '../../../domain/gallery.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import type { FaceSearchDeps } from './deps.ts';
import { collectionNameIllegal } from './errors.ts';
import { readBody } from './requests.ts';
import { collectionBody, type WireCollection } from './wire.ts';

const nameForm = /^[\w.-]{1,255}$/;

export function addCollectionRoutes(router: DialectRouter, deps: FaceSearchDeps): void {
  const { collections } = deps;

  router.post('/collection', 'write', async (ctx) => {
    const { name } = (await readBody(ctx, deps, collectionBody)).body;
    if (!nameForm.test(name)) throw collectionNameIllegal();
    await collections.create(callerOf(ctx), { name });
    ctx.body = { name, num_persons: 0 } satisfies WireCollection;
  });

  router.delete('/collection', 'write', async (ctx) => {
    const { name } = (await readBody(ctx, deps, collectionBody)).body;
    await collections.remove(callerOf(ctx), name);
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
  { id, name }: Collection,
): Promise<WireCollection> {
  return { name, num_persons: (await collections.count(callerOf(ctx), id)).members };
}
