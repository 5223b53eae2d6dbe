import type { ChangedKeys } from '../disk/changes.ts';
import type { Records } from '../disk/open-file.ts';

/** One table in two files. */
export type TablePair = { readonly from: Records; readonly to: Records };

/**
 * Makes these records of a copy what they are by now; tells how many it took out of it again. To be called inside of a
 * transaction of the copy.
 */
export function bringRecords(changes: readonly ChangedKeys[], tables: (name: string) => TablePair): number {
  let removed = 0;
  for (const { table, keys } of changes) {
    const { from, to } = tables(table);
    for (const text of keys) {
      const key = Buffer.from(text, 'latin1');
      const value = from.getBinary(key);
      if (value) to.putSync(key, value);
      else if (to.removeSync(key)) removed++;
    }
  }
  return removed;
}
