import type { Membership, Person, PersonChange, Uuid } from '../domain/gallery.ts';
import { personUnknown } from '../domain/gallery-rules.ts';
import type { Gallery } from '../domain/ports/gallery.ts';

/** A person with her places in the collections that were asked, in their order; at least one. */
export type PlacedPerson = { readonly person: Person; readonly places: readonly Membership[] };

/** Where a list goes on: at the first place of the last person that was told. */
export type PersonPlace = Pick<Membership, 'collectionId' | 'key'>;

/**
 * People by their ids and numbers, in the collections that a caller reaches. Whoever has no place in one of them is
 * `person-unknown`.
 */
export interface Persons {
  get(personId: Uuid, collectionIds: readonly Uuid[]): Promise<PlacedPerson>;
  getByNumber(number: number, collectionIds: readonly Uuid[]): Promise<PlacedPerson>;
  /** Each once, in an order that is the store's own and stays; ends with a page that is not full. */
  list(
    collectionIds: readonly Uuid[],
    page: { readonly after?: PersonPlace; readonly limit: number },
  ): Promise<PlacedPerson[]>;
  /** What holds in all collections that she is in. */
  update(personId: Uuid, collectionIds: readonly Uuid[], change: PersonChange): Promise<PlacedPerson>;
  /** Takes her out of these collections with her references there; tells how many these were. */
  remove(personId: Uuid, collectionIds: readonly Uuid[]): Promise<number>;
}

export function createPersons({ gallery }: { gallery: Gallery }): Persons {
  const find = async (
    person: Person | undefined,
    collectionIds: readonly Uuid[],
  ): Promise<PlacedPerson | undefined> => {
    const all = person ? await gallery.listPlaces(person.id) : [];
    const places = [...new Set(collectionIds)].flatMap(
      (id) => all.find(({ collectionId }) => collectionId === id) ?? [],
    );
    return person && places.length > 0 ? { person, places } : undefined;
  };
  const get = async (person: Person | undefined, collectionIds: readonly Uuid[]): Promise<PlacedPerson> => {
    const found = await find(person, collectionIds);
    if (!found) throw personUnknown();
    return found;
  };
  const getById: Persons['get'] = async (personId, collectionIds) =>
    get(await gallery.findPerson(personId), collectionIds);
  return {
    get: getById,
    getByNumber: async (number, collectionIds) =>
      get(await gallery.findPersonByNumber(number), collectionIds),
    async list(collectionIds, { after, limit }) {
      const ids = [...new Set(collectionIds)];
      const from = after ? ids.indexOf(after.collectionId) : 0;
      const found: PlacedPerson[] = [];
      for (const collectionId of ids.slice(Math.max(0, from))) {
        let key = after?.collectionId === collectionId ? after.key : undefined;
        while (found.length < limit) {
          const wish = { limit: limit - found.length, ...(key !== undefined && { after: key }) };
          const page = await gallery.pageMemberships(collectionId, wish);
          for (const { personId } of page) {
            const placed = await find(await gallery.findPerson(personId), ids);
            // Who has a place in an earlier collection was told with that.
            if (placed?.places[0]?.collectionId === collectionId) found.push(placed);
          }
          key = page.at(-1)?.key;
          if (page.length < wish.limit) break;
        }
      }
      return found;
    },
    async update(personId, collectionIds, change) {
      const { places } = await getById(personId, collectionIds);
      return { person: await gallery.updatePerson(personId, change), places };
    },
    async remove(personId, collectionIds) {
      const { places } = await getById(personId, collectionIds);
      let removed = 0;
      for (const { collectionId, key } of places)
        removed += (await gallery.removeMembership(collectionId, key, personId)).references;
      return removed;
    },
  };
}
