import { AppError } from '../../../domain/errors.ts';
import type { Collection } from '../../../domain/gallery.ts';
import { callerOf, type RequestContext } from '../../dialect.ts';
import type { FaceSearchDeps } from './deps.ts';

const nameForm = /^[\w.-]{1,255}$/;

export function isCollectionName(name: string): boolean {
  return nameForm.test(name);
}

/** What this API calls a collection: its name, or its slug when it was named elsewhere in a way that is illegal here. */
export function nameOf({ name, slug }: Pick<Collection, 'name' | 'slug'>): string {
  return isCollectionName(name) ? name : slug;
}

/** The collection of that name, if the caller reaches it; a slug that is like another's name must not be taken for it. */
export async function collectionOf(
  ctx: RequestContext,
  { collections }: Pick<FaceSearchDeps, 'collections'>,
  name: string,
): Promise<Collection> {
  const caller = callerOf(ctx);
  const likely = await collections.get(caller, name);
  if (nameOf(likely) === name) return likely;
  const found = (await collections.list(caller)).find((collection) => nameOf(collection) === name);
  if (!found) throw new AppError('collection-unknown', 'There is no such collection');
  return found;
}
