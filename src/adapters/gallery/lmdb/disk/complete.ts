import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import { numberBytes, uuidAt } from './keys.ts';
import { readable } from './table.ts';
import type { Tables } from './tables.ts';

const personsInASlice = 500;

/** Fills the numbers of persons in a store from before there was a table of them, slice by slice. */
export async function completePersonNumbers(environment: Environment, tables: Tables): Promise<void> {
  if (tables.personNumbers.count() >= tables.persons.count()) return;
  for (let after: Buffer | undefined; ; await nextTurn()) {
    const page = [...tables.persons.sealedEntries({ ...(after && { after }), limit: personsInASlice })];
    // A damaged one is told of when all are read.
    const persons = page.flatMap(({ key, open }) => {
      const person = readable(open);
      return person ? [{ id: uuidAt(key), number: person.number }] : [];
    });
    await environment.write(() => {
      for (const { id, number } of persons) tables.personNumbers.put(numberBytes(number), id);
    });
    after = page.at(-1)?.key;
    if (page.length < personsInASlice) return;
  }
}
