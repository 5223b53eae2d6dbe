import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Membership, Person, Uuid } from '../../../../domain/gallery.ts';
import { numberBytes, textAt, uuidAt, uuidBytes } from '../disk/keys.ts';
import { idBytes, isNumber, memberKey } from '../disk/record-keys.ts';
import type { Tables } from '../disk/tables.ts';
import { isHidden, membersInASlice, type Reader } from './reader.ts';

export type PlacesParts = { readonly tables: Tables; readonly reader: Reader };

export function findPersonByNumber({ tables, reader }: PlacesParts, number: number): Person | undefined {
  const id = isNumber(number) ? tables.personNumbers.get(numberBytes(number)) : undefined;
  return id === undefined ? undefined : reader.findPerson(id);
}

/** In the order of the collections' ids. */
export function placesOf({ tables, reader }: PlacesParts, personId: Uuid): Membership[] {
  const prefix = uuidBytes(personId);
  if (!prefix) return [];
  return Array.from(tables.places.entries({ prefix }), ({ key: place, value: key }) => {
    const collection = place.subarray(idBytes);
    return reader.record(collection) ? reader.membership(uuidAt(collection), key) : undefined;
  }).filter((member) => member !== undefined);
}

export function findMembershipOf(
  { tables, reader }: PlacesParts,
  collectionId: Uuid,
  personId: Uuid,
): Membership | undefined {
  const collection = reader.prefix(collectionId);
  const person = uuidBytes(personId);
  const key = person && tables.places.get(Buffer.concat([person, collection]));
  return key === undefined ? undefined : reader.membership(collectionId, key);
}

/** In the order in which they lie; other work is let in between. */
export async function pageMemberships(
  { tables, reader }: PlacesParts,
  collectionId: Uuid,
  { after: key, limit }: { after?: string; limit: number },
): Promise<Membership[]> {
  const { bytes: prefix, record } = reader.open(collectionId);
  const found: Membership[] = [];
  let after = key === undefined ? undefined : memberKey(prefix, key);
  while (found.length < limit) {
    const most = Math.min(limit - found.length, membersInASlice);
    const page = [...tables.memberships.entries({ prefix, limit: most, ...(after && { after }) })];
    for (const { key: at, value } of page)
      if (!isHidden(record, value)) found.push({ collectionId, key: textAt(at, idBytes), ...value });
    after = page.at(-1)?.key;
    if (page.length < most) break;
    await nextTurn();
  }
  return found;
}
