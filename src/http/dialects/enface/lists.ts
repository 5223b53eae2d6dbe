import { defaultGroupId } from '../../../domain/camera.ts';
import type { Credential } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Collection, Uuid } from '../../../domain/gallery.ts';
import type { Collections } from '../../../services/collections.ts';

/** The vendor gives its default list, group and source one id, which its clients know by heart. */
const defaultListId = defaultGroupId;

/** The person lists of a caller: the collections that she reaches, of which her home is the default one. */
export type Lists = {
  /** Absent when she reaches none. */
  readonly home?: Collection;
  /** By the id on the wire; the default one when there is none. */
  find(listId?: Uuid): Promise<Collection | undefined>;
  /** The id on the wire. */
  idOf(collectionId: Uuid): Uuid;
  isDefault(collection: Collection): boolean;
};

export async function openLists(collections: Collections, caller: Credential): Promise<Lists> {
  const home = await orNone(collections.home(caller));
  return {
    ...(home && { home }),
    async find(listId = defaultListId) {
      if (listId === defaultListId) return home;
      const found = await orNone(collections.get(caller, listId));
      // Names and slugs may look like an id.
      return found?.id === listId ? found : undefined;
    },
    idOf: (collectionId) => (collectionId === home?.id ? defaultListId : collectionId),
    isDefault: ({ id }) => id === home?.id,
  };
}

async function orNone(found: Promise<Collection>): Promise<Collection | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof AppError && error.code === 'collection-unknown') return undefined;
    throw error;
  }
}
