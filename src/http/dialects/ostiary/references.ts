import { AppError } from '../../../domain/errors.ts';
import type { KeyedReference, ListedReference } from '../../../domain/ports/gallery.ts';
import type { Collections } from '../../../services/collections.ts';
import type { People } from '../../../services/people.ts';
import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import { sendPicture } from '../../send-picture.ts';
import { toIso } from './answers.ts';
import { type ReferenceAnswer, type ReferencesAnswer, referencesQuerySchema } from './people-wire.ts';
import { readParameter, readQuery } from './requests.ts';

export type ReferenceParts = { readonly collections: Collections; readonly people: People };

const oneOf = '/collections/:collection/references/:id';

/** The enrolled faces of a collection. */
export function mountReferences(router: DialectRouter, { collections, people }: ReferenceParts): void {
  const collectionOf = async (ctx: RouteContext) =>
    (await collections.get(callerOf(ctx), readParameter(ctx, 'collection'))).id;

  router.get('/collections/:collection/references', 'read', async (ctx) => {
    const { key, ...page } = readQuery(ctx, referencesQuerySchema);
    const wish = { ...page, ...(key !== undefined && { key }) };
    const { references, total } = await people.listReferences(await collectionOf(ctx), wish);
    ctx.body = { references: references.map(toReference), total } satisfies ReferencesAnswer;
  });
  router.get(oneOf, 'read', async (ctx) => {
    ctx.body = toReference(await people.getReference(await collectionOf(ctx), readParameter(ctx, 'id')));
  });
  router.get(`${oneOf}/picture`, 'read', async (ctx) => {
    const picture = await people.readPicture(await collectionOf(ctx), readParameter(ctx, 'id'));
    if (!picture) throw new AppError('reference-unknown', 'There is no such reference with a picture');
    sendPicture(ctx, picture);
  });
  router.delete(oneOf, 'write', async (ctx) => {
    const removed = await people.removeReference(await collectionOf(ctx), readParameter(ctx, 'id'));
    ctx.body = toReference(removed);
  });
}

function toReference(reference: KeyedReference | ListedReference): ReferenceAnswer {
  const { id, number, key, personId, box, quality, hasPicture, text, metadata, createdAtMs } = reference;
  return {
    ...{ key, personId, referenceId: id, number },
    ...('template' in reference && { modelId: reference.template.modelId }),
    ...{ box, quality, hasPicture, text, metadata, createdAt: toIso(createdAtMs) },
  };
}
