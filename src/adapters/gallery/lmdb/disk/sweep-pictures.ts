import { setImmediate as nextTurn } from 'node:timers/promises';
import { isReferenceThere } from '../reading/is-reference-there.ts';
import type { Pictures } from './pictures.ts';
import { readable } from './table.ts';
import type { Tables } from './tables.ts';

const recordsInASlice = 500;

/**
 * Removes the pictures that no reference names. The table of references' stamps says quickly which these may be, but it
 * may be damaged: before anything goes, the references themselves are asked, and if one of them cannot be read nothing does.
 */
export async function sweepPictures(pictures: Pictures, tables: Tables): Promise<void> {
  const unnamed = new Set(await pictures.unnamed((id) => isReferenceThere(tables, id)));
  for (let after: Buffer | undefined; unnamed.size > 0; await nextTurn()) {
    const wish = { ...(after && { after }), limit: recordsInASlice };
    const page = [...tables.references.sealedEntries(wish)];
    for (const { open } of page) {
      const record = readable(open);
      if (!record) return;
      unnamed.delete(record.id);
    }
    after = page.at(-1)?.key;
    if (page.length < recordsInASlice) break;
  }
  await pictures.remove([...unnamed]);
}
