import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import { faceTelling } from './answers.ts';
import type { FindFaceParts } from './deps.ts';
import { listMetas, type MetaSummary } from './metas.ts';
import { check, readParameters, textSchema } from './parameters.ts';
import { checkGalleryName, defaultGallery, openScope } from './scope.ts';
import { mapped, streamResults } from './stream.ts';

export const newGallerySchema = z.object({
  name: textSchema(1_000).default(''),
});

/** Galleries, and the metas in them. */
export function addGalleryRoutes(router: DialectRouter, parts: FindFaceParts): void {
  const { collections } = parts;

  router.get('/galleries', 'read', async (ctx) => {
    ctx.body = { results: (await openScope(ctx, parts)).names };
  });
  router.post('/galleries', 'write', async (ctx) => {
    await create(ctx, parts, check(newGallerySchema, await readParameters(ctx, parts)).name);
  });
  router.post('/galleries/:gallery', 'write', (ctx) => create(ctx, parts, ctx.params.gallery ?? ''));
  router.delete('/galleries/:gallery', 'write', async (ctx) => {
    const { gallery = '' } = ctx.params;
    if (gallery === defaultGallery) throw new AppError('bad-input', 'The gallery default cannot be deleted');
    for (const id of (await openScope(ctx, parts)).idsOf(gallery))
      await collections.remove(callerOf(ctx), id);
    ctx.status = 204;
  });

  router.get('/meta', 'read', (ctx) => tellMetas(ctx, parts));
  router.get('/meta/gallery/:gallery', 'read', (ctx) => tellMetas(ctx, parts));
}

async function create(ctx: RouteContext, { collections }: FindFaceParts, name: string): Promise<void> {
  checkGalleryName(name);
  if (name === defaultGallery) throw new AppError('collection-exists', 'There is always a gallery default');
  await collections.create(callerOf(ctx), { name });
  ctx.status = 201;
  ctx.body = '';
}

async function tellMetas(ctx: RouteContext, parts: FindFaceParts): Promise<void> {
  const scope = await openScope(ctx, parts);
  const { gallery } = ctx.params;
  const ids = gallery === undefined ? scope.all : scope.idsOf(gallery);
  const tellFace = faceTelling(ctx, parts, scope);
  const tell = async ({ count, face, meta }: MetaSummary) => ({
    count,
    face: await tellFace(face),
    meta,
  });
  await streamResults(ctx, mapped(listMetas(parts, ids), tell));
}
