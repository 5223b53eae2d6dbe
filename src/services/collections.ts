import { accountOf, type Credential, maxReach, reaches } from '../domain/credential.ts';
import { AppError } from '../domain/errors.ts';
import type { Collection, CollectionChange, CollectionCounts, Metadata, Uuid } from '../domain/gallery.ts';
import type { Credentials } from '../domain/ports/credentials.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import { Turns } from '../primitives/turns.ts';

export type NewCollection = {
  readonly name: string;
  /** Taken as it is, or `collection-exists`; when absent the name's, or one made from it. */
  readonly slug?: string;
  readonly metadata?: Metadata;
};

/** The named sets that are searched together, as a caller sees them: what she does not reach is not there. */
export interface Collections {
  /** In the order of their slugs. */
  list(caller: Credential): Promise<Collection[]>;
  /** By id, slug or name. `collection-unknown` when she reaches none. */
  get(caller: Credential, idOrName: string): Promise<Collection>;
  /** As `get`, for several. */
  getAll(caller: Credential, idsOrNames: readonly string[]): Promise<Collection[]>;
  /**
   * Makes a collection that she reaches from then on, with everybody who has her reach from the same account.
   * `collection-exists` when she reaches one of that name or slug.
   */
  create(caller: Credential, collection: NewCollection): Promise<Collection>;
  /** `collection-exists` when she reaches another of the new name or slug, or somebody has the slug. */
  update(caller: Credential, idOrName: string, change: CollectionChange): Promise<Collection>;
  /** Takes it away with all its members, who stay in other collections. */
  remove(caller: Credential, idOrName: string): Promise<CollectionCounts>;
  count(caller: Credential, idOrName: string): Promise<CollectionCounts>;
  /** Where goes what she names no collection for: the first that she was given, or `default` when she reaches all. */
  home(caller: Credential): Promise<Collection>;
  /** The collection of that slug, made when there is none. */
  ensure(slug: string): Promise<Collection>;
}

export type CollectionsParts = {
  readonly gallery: Pick<
    Gallery,
    | 'countCollection'
    | 'createCollection'
    | 'findCollection'
    | 'listCollections'
    | 'removeCollection'
    | 'updateCollection'
  >;
  readonly credentials: Pick<Credentials, 'extendReach' | 'find'>;
};

export function createCollections({ gallery, credentials }: CollectionsParts): Collections {
  const turns = new Turns();

  const list = async ({ reach }: Credential): Promise<Collection[]> => {
    const found =
      reach === 'all'
        ? await gallery.listCollections()
        : await Promise.all(reach.map((id) => findById(gallery, id)));
    // A collection that was removed is still named by those who reached it.
    return found.filter((one) => one !== undefined).sort((one, other) => (one.slug < other.slug ? -1 : 1));
  };

  const find = async (caller: Credential, idOrName: string): Promise<Collection | undefined> => {
    const direct = await gallery.findCollection(idOrName);
    if (direct && reaches(caller.reach, direct.id)) return direct;
    return (await list(caller)).find(({ name }) => name === idOrName);
  };

  const get = async (caller: Credential, idOrName: string): Promise<Collection> => {
    const found = await find(caller, idOrName);
    if (!found) throw unknown();
    return found;
  };

  /** With what was made since she was let in. */
  const renewed = async (caller: Credential): Promise<Credential> => {
    if (caller.reach === 'all') return caller;
    const account = await credentials.find(accountOf(caller));
    return account ? { ...caller, reach: account.reach } : caller;
  };

  const update = async (
    caller: Credential,
    idOrName: string,
    change: CollectionChange,
  ): Promise<Collection> => {
    const { id } = await get(caller, idOrName);
    checkSlug(change.slug);
    for (const wanted of [change.name, change.slug]) {
      const other = wanted === undefined ? undefined : await find(caller, wanted);
      if (other && other.id !== id) throw exists();
    }
    return gallery.updateCollection(id, change);
  };

  const create = async (caller: Credential, { name, slug, metadata }: NewCollection): Promise<Collection> => {
    checkSlug(slug);
    for (const taken of [name, ...(slug === undefined ? [] : [slug])]) {
      if (await find(caller, taken)) throw exists();
    }
    if (caller.reach !== 'all' && caller.reach.length >= maxReach) {
      throw new AppError('bad-input', `A credential reaches ${maxReach} collections at most, or all`);
    }
    const slugs = slug === undefined ? slugsFor(name) : [slug];
    const made = await createUnderFree(gallery, slugs, { name, metadata });
    // A crash in between leaves an empty collection that nobody was told of.
    const extended = caller.reach === 'all' || (await credentials.extendReach(accountOf(caller), made.id));
    if (!extended) throw new AppError('credential-unknown', 'The credential was revoked');
    return made;
  };

  return {
    list,
    get,
    getAll: (caller, names) => Promise.all(names.map((name) => get(caller, name))),
    create: (caller, collection) =>
      turns.take(accountOf(caller), async () => create(await renewed(caller), collection)),
    update: (caller, idOrName, change) =>
      turns.take(accountOf(caller), () => update(caller, idOrName, change)),
    remove: async (caller, idOrName) => gallery.removeCollection((await get(caller, idOrName)).id),
    count: async (caller, idOrName) => gallery.countCollection((await get(caller, idOrName)).id),
    async home(caller) {
      const home = caller.reach === 'all' ? 'default' : (caller.reach[0] ?? '');
      const found = await gallery.findCollection(home);
      if (!found || !reaches(caller.reach, found.id)) throw unknown();
      return found;
    },
    async ensure(slug) {
      const found = await gallery.findCollection(slug);
      if (found) return found;
      try {
        return await gallery.createCollection(slug, slug);
      } catch (error) {
        // Somebody else may have been quicker.
        const made = await gallery.findCollection(slug);
        if (made) return made;
        throw error;
      }
    },
  };
}

/** Somebody may name a collection like the id of one that has gone. */
async function findById(gallery: CollectionsParts['gallery'], id: Uuid): Promise<Collection | undefined> {
  const found = await gallery.findCollection(id);
  return found?.id === id ? found : undefined;
}

function unknown(): AppError {
  return new AppError('collection-unknown', 'There is no such collection');
}

function exists(): AppError {
  return new AppError('collection-exists', 'There is such a collection already');
}

function checkSlug(slug: string | undefined): void {
  if (slug === undefined || slugForm.test(slug)) return;
  throw new AppError('bad-input', `A collection's slug is of the form ${slugForm.source}`);
}

const slugForm = /^[A-Za-z0-9_-]{1,48}$/;
/** So many people may have named theirs the same. */
const maxOfOneName = 1_000;
const maxSlugLength = 48;

/**
 * The name as a slug, then the same with numbers: that somebody else has a collection of this name must neither be told
 * nor keep the caller from having one.
 */
function* slugsFor(name: string): Iterable<string> {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, maxSlugLength);
  const slug = /[A-Za-z0-9]/.test(plain) ? plain : 'collection';
  yield slug;
  for (let turn = 2; turn <= maxOfOneName; turn++) {
    yield `${slug.slice(0, maxSlugLength - 5)}-${turn}`;
  }
}

async function createUnderFree(
  gallery: CollectionsParts['gallery'],
  slugs: Iterable<string>,
  { name, metadata }: { name: string; metadata: Metadata | undefined },
): Promise<Collection> {
  let taken: unknown;
  for (const slug of slugs) {
    try {
      return await gallery.createCollection(slug, name, metadata);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'collection-exists')) throw error;
      taken = error;
    }
  }
  throw taken;
}
