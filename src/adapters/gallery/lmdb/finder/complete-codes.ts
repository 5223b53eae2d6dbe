import { setImmediate as nextTurn } from 'node:timers/promises';
import { numberIn, packKey, packOf } from '../disk/code-packs.ts';
import type { Environment } from '../disk/environment.ts';
import { numberAt, numberBytes } from '../disk/keys.ts';
import type { Tables } from '../disk/tables.ts';
import { remakePack } from './remake-pack.ts';

const packsInASlice = 32;

/**
 * Makes the codes of a store from before they were kept. From the last reference to the first, so that when the first has
 * its code all have, also when a stop comes in between.
 */
export async function completeCodes(environment: Environment, tables: Tables): Promise<void> {
  const [first] = tables.templates.keys({ limit: 1 });
  if (!first || tables.codes.has(packKey(packOf(numberAt(first))))) return;
  const [done] = tables.codes.keys({ limit: 1 });
  let before = done && numberAt(done);
  for (let isWhole = false; !isWhole; ) {
    await environment.write(() => {
      for (let packs = 0; packs < packsInASlice && !isWhole; packs++) {
        const below = before === undefined ? undefined : numberBytes(numberIn(before, 0));
        const [last] = tables.templates.keys({ reverse: true, ...(below && { before: below }), limit: 1 });
        isWhole = last === undefined;
        if (!last) return;
        before = packOf(numberAt(last));
        const rows = remakePack(tables, before);
        // Of nothing but damaged templates there are no codes.
        if (rows.length > 0) tables.codes.put(packKey(before), rows);
      }
    });
    await nextTurn();
  }
}
