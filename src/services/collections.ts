import { AppError } from '../domain/errors.ts';
import type { Collection } from '../domain/gallery.ts';
import type { Gallery } from '../domain/ports/gallery.ts';

/** The named sets that are searched together. */
export interface Collections {
  /** `bad-input` unless the slug is `[A-Za-z0-9_-]{1,48}`, `collection-exists` when it is taken. */
  create(slug: string, name?: string): Promise<Collection>;
  list(): Promise<Collection[]>;
  /** By id or slug. `collection-unknown` when there is none. */
  get(idOrSlug: string): Promise<Collection>;
  /** The collection of that slug, made when there is none. */
  ensure(slug: string): Promise<Collection>;
}

const slugForm = /^[A-Za-z0-9_-]{1,48}$/;

export function createCollections({ gallery }: { gallery: Gallery }): Collections {
  const create = async (slug: string, name = slug): Promise<Collection> => {
    if (!slugForm.test(slug))
      throw new AppError('bad-input', `A collection's slug is of the form ${slugForm.source}`);
    return gallery.createCollection(slug, name);
  };
  return {
    create,
    list: () => gallery.listCollections(),
    async get(idOrSlug) {
      const collection = await gallery.findCollection(idOrSlug);
      if (!collection) throw new AppError('collection-unknown', 'There is no such collection');
      return collection;
    },
    async ensure(slug) {
      const found = await gallery.findCollection(slug);
      if (found) return found;
      try {
        return await create(slug);
      } catch (error) {
        // Somebody else may have been quicker.
        const made = await gallery.findCollection(slug);
        if (made) return made;
        throw error;
      }
    },
  };
}
