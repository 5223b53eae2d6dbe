import type { Collections } from '../../../services/collections.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toCollection } from './answers.ts';
import type { CountsAnswer } from './people-wire.ts';
import { readBody, readParameter } from './requests.ts';
import { type CountedCollectionAnswer, collectionChangeSchema, newCollectionSchema } from './wire.ts';

export type CollectionParts = { readonly collections: Collections; readonly bodyLimits: BodyLimits };

export function mountCollections(router: DialectRouter, { collections, bodyLimits }: CollectionParts): void {
  router.get('/collections', 'read', async (ctx) => {
    ctx.body = { collections: (await collections.list(callerOf(ctx))).map(toCollection) };
  });
  router.post('/collections', 'write', async (ctx) => {
    const { slug, name } = await readBody(ctx, bodyLimits, newCollectionSchema);
    ctx.status = 201;
    ctx.body = toCollection(await collections.create(callerOf(ctx), { slug, name: name ?? slug }));
  });
  router.get('/collections/:collection', 'read', async (ctx) => {
    const found = await collections.get(callerOf(ctx), readParameter(ctx, 'collection'));
    const counts = await collections.count(callerOf(ctx), found.id);
    ctx.body = { ...toCollection(found), ...counts } satisfies CountedCollectionAnswer;
  });
  router.on(['patch'], '/collections/:collection', 'write', async (ctx) => {
    const { slug, name } = await readBody(ctx, bodyLimits, collectionChangeSchema);
    const change = { ...(slug !== undefined && { slug }), ...(name !== undefined && { name }) };
    const changed = await collections.update(callerOf(ctx), readParameter(ctx, 'collection'), change);
    ctx.body = toCollection(changed);
  });
  router.delete('/collections/:collection', 'write', async (ctx) => {
    const counts: CountsAnswer = await collections.remove(callerOf(ctx), readParameter(ctx, 'collection'));
    ctx.body = counts;
  });
}
