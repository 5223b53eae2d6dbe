import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import { numberBytes, uuidAt } from './keys.ts';
import { idBytes } from './record-keys.ts';
import { readable } from './table.ts';
import type { Tables } from './tables.ts';

const recordsInASlice = 500;

/** Counts the members of collections in a store from before their number was kept. */
export async function completeMemberCounts(environment: Environment, tables: Tables): Promise<void> {
  const sealed = [...tables.collections.sealedEntries()];
  const records = sealed.map(({ key, open }) => ({ key, record: readable(open) }));
  for (const { key, record } of records) {
    // JSON of an earlier version.
    if (!record || (record.members as number | undefined) !== undefined) continue;
    await environment.write(() =>
      tables.collections.put(key, { ...record, members: tables.memberships.countKeys(key) }),
    );
    await nextTurn();
  }
}

/** Notes at references which of them have a crop, in a store from before that was kept, slice by slice. */
export async function completeCrops(environment: Environment, tables: Tables): Promise<void> {
  const { references, crops } = tables;
  // From the last to the first, so that the first tells whether all is done.
  for (let before: Buffer | undefined; ; await nextTurn()) {
    const [first] = references.sealedEntries({ limit: 1 });
    const record = first && readable(first.open);
    if (!record || isNoted(record)) return;
    const wish = { ...(before && { before }), reverse: true, limit: recordsInASlice };
    const page = [...references.sealedEntries(wish)];
    await environment.write(() => {
      for (const { key, open } of page) {
        const each = readable(open);
        if (each && !isNoted(each))
          references.put(key, { ...each, hasCrop: crops.has(key.subarray(idBytes)) });
      }
    });
    before = page.at(-1)?.key;
    if (page.length < recordsInASlice) return;
  }
}

/** JSON of an earlier version. */
function isNoted({ hasCrop }: { readonly hasCrop: boolean | undefined }): boolean {
  return hasCrop !== undefined;
}

/** Fills the numbers of persons in a store from before there was a table of them, slice by slice. */
export async function completePersonNumbers(environment: Environment, tables: Tables): Promise<void> {
  if (tables.personNumbers.count() >= tables.persons.count()) return;
  for (let after: Buffer | undefined; ; await nextTurn()) {
    const page = [...tables.persons.sealedEntries({ ...(after && { after }), limit: recordsInASlice })];
    // A damaged one is told of when all are read.
    const persons = page.flatMap(({ key, open }) => {
      const person = readable(open);
      return person ? [{ id: uuidAt(key), number: person.number }] : [];
    });
    await environment.write(() => {
      for (const { id, number } of persons) tables.personNumbers.put(numberBytes(number), id);
    });
    after = page.at(-1)?.key;
    if (page.length < recordsInASlice) return;
  }
}
