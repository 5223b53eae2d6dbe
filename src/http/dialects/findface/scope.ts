import type { Credential } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Collection, Uuid } from '../../../domain/gallery.ts';
import { callerOf, type RequestContext } from '../../dialect.ts';
import type { FindFaceDeps } from './deps.ts';

/** The gallery that every face is in: all that the token reaches. */
export const defaultGallery = 'default';
const galleryForm = /^[a-zA-Z0-9_-]{1,48}$/;

/** The galleries of a caller. */
export type Scope = {
  readonly caller: Credential;
  /** All that she reaches. */
  readonly all: readonly Uuid[];
  /** All names, `default` first. */
  readonly names: readonly string[];
  /** The collections that a gallery stands for. `collection-unknown` */
  idsOf(name: string): readonly Uuid[];
  /** Where a face goes for these galleries: without another than `default` to where she enrols. `collection-unknown` */
  placesOf(names: readonly string[]): Promise<Uuid[]>;
  /** The galleries of a face that is in these collections. */
  namesOf(ids: readonly Uuid[]): string[];
};

export async function openScope(
  ctx: RequestContext,
  { collections }: Pick<FindFaceDeps, 'collections'>,
): Promise<Scope> {
  const caller = callerOf(ctx);
  const list = await collections.list(caller);
  const names = new Map(list.map((collection) => [collection.id, nameOf(collection, list)]));
  const own = list.filter(({ id }) => names.get(id) !== defaultGallery);
  const idOf = (name: string): Uuid => {
    const found = own.find(({ id }) => names.get(id) === name) ?? own.find(({ slug }) => slug === name);
    if (!found) throw new AppError('collection-unknown', 'There is no such gallery');
    return found.id;
  };
  const all = list.map(({ id }) => id);
  return {
    ...{ caller, all, names: [defaultGallery, ...own.map(({ id }) => names.get(id)!)] },
    idsOf: (name) => (name === defaultGallery ? all : [idOf(name)]),
    async placesOf(wanted) {
      const places = new Set(wanted.filter((name) => name !== defaultGallery).map(idOf));
      return places.size > 0 ? [...places] : [(await collections.home(caller)).id];
    },
    namesOf: (ids) => {
      const others = ids
        .map((id) => names.get(id) ?? defaultGallery)
        .filter((name) => name !== defaultGallery);
      return [defaultGallery, ...others.sort()];
    },
  };
}

/** A collection's name if it can be a gallery's and no other has it, else its slug: others may have had the name first. */
function nameOf({ id, slug, name }: Collection, list: readonly Collection[]): string {
  const isTaken = list.some((other) => other.id !== id && (other.slug === name || other.name === name));
  return name !== defaultGallery && galleryForm.test(name) && !isTaken ? name : slug;
}

/** Rejects with `bad-input` what is no name for a gallery. */
export function checkGalleryName(name: string): void {
  if (galleryForm.test(name)) return;
  throw new AppError('bad-input', 'name: must have 1 to 48 letters, digits, underscores and minus signs');
}
