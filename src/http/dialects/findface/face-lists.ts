import { z } from 'zod';
import type { Uuid } from '../../../domain/gallery.ts';
import type { FacePage, ListedFace } from '../../../domain/ports/gallery.ts';
import type { DialectRouter, RouteContext } from '../../dialect.ts';
import { type FaceTelling, faceTelling, ledBy } from './answers.ts';
import type { FindFaceParts } from './deps.ts';
import { namesakesOf } from './metas.ts';
import { nextFaces } from './pages.ts';
import { check, limitSchema, readParameters, wholeSchema } from './parameters.ts';
import { openScope, type Scope } from './scope.ts';
import { collected, mapped, streamResults } from './stream.ts';

/** So many faces are taken out of the store at once. */
const facesATurn = 100;

export const pageSchema = z.object({
  limit: limitSchema,
  max_id: wholeSchema(0, Number.MAX_SAFE_INTEGER).optional(),
});
type Page = z.output<typeof pageSchema>;

/** The lists of faces: all, those of a gallery, those that are called the same. */
export function addFaceListRoutes(router: DialectRouter, parts: FindFaceParts): void {
  const list = async (ctx: RouteContext) => {
    const scope = await openScope(ctx, parts);
    const { gallery } = ctx.params;
    const ids = gallery === undefined ? scope.all : scope.idsOf(gallery);
    const page = check(pageSchema, await readParameters(ctx, parts));
    await answer(ctx, { parts, scope, ids, page });
  };
  const listNamesakes = async (ctx: RouteContext) => {
    const scope = await openScope(ctx, parts);
    const { gallery, meta = '' } = ctx.params;
    const ids = gallery === undefined ? scope.all : scope.idsOf(gallery);
    const tell = telling(ctx, { parts, scope, ids });
    await streamResults(ctx, mapped(namesakesOf(parts, ids, meta), tell));
  };
  router.get('/faces', 'read', list);
  router.get('/face/gallery/:gallery', 'read', list);
  router.get('/face/meta/:meta', 'read', listNamesakes);
  router.get('/face/gallery/:gallery/meta/:meta', 'read', listNamesakes);
}

type Listing = { readonly parts: FindFaceParts; readonly scope: Scope; readonly ids: readonly Uuid[] };

/** A face as it is told with all its galleries, also where those of one are listed. */
function telling(ctx: RouteContext, { parts, scope }: Listing): FaceTelling {
  const tell = faceTelling(ctx, parts, scope);
  return async ({ number, references }) => {
    // It may have gone since it was listed; then it is told as it was.
    const found = await parts.gallery.findFace(number, scope.all);
    const face = { number, references: found.length > 0 ? found : references };
    return tell(ledBy(face, references[0]?.id));
  };
}

/** Oldest first. A page has the newest of those up to an id, and tells where the older ones are. */
async function answer(
  ctx: RouteContext,
  { page: { limit, max_id: maxId }, ...listing }: Listing & { page: Page },
): Promise<void> {
  const tell = telling(ctx, listing);
  if (limit === 0) return streamResults(ctx, mapped(upTo(listing, maxId), tell));
  const wish: FacePage = { order: 'newest first', limit, ...(maxId !== undefined && { after: maxId + 1 }) };
  const { faces, hasMore } = await listing.parts.faces.list(listing.ids, wish);
  const results = await collected(mapped(faces.toReversed(), tell));
  const oldest = faces.at(-1);
  const more = hasMore && oldest ? { next_page: nextFaces(ctx, oldest.number - 1) } : {};
  ctx.body = { ...more, results };
}

async function* upTo({ parts, ids }: Listing, maxId = Number.MAX_SAFE_INTEGER): AsyncGenerator<ListedFace> {
  let after: number | undefined;
  for (;;) {
    const wish: FacePage = {
      order: 'oldest first',
      limit: facesATurn,
      ...(after !== undefined && { after }),
    };
    const { faces, hasMore } = await parts.faces.list(ids, wish);
    yield* faces.filter(({ number }) => number <= maxId);
    after = faces.at(-1)?.number;
    if (!hasMore || after === undefined || after >= maxId) return;
  }
}
