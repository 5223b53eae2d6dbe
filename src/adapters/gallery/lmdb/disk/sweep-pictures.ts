import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import { isReferenceThere } from '../reading/is-reference-there.ts';
import type { Pictures } from './pictures.ts';
import { readable } from './table.ts';
import type { Tables } from './tables.ts';

const recordsInASlice = 500;

/**
 * Removes the pictures that no reference names. The table of references' stamps says quickly which these may be, but it
 * may be damaged: before anything goes, the references themselves are asked, and if one of them cannot be read nothing does.
 * Tells what has kept it from its end; pictures of people who have gone may lie there then.
 */
export async function sweepPictures(pictures: Pictures, tables: Tables): Promise<string | undefined> {
  const unnamed = new Set(await pictures.unnamed((id) => isReferenceThere(tables, id)));
  for (let after: Buffer | undefined; unnamed.size > 0; await nextTurn()) {
    const wish = { ...(after && { after }), limit: recordsInASlice };
    const page = [...tables.references.sealedEntries(wish)];
    for (const { open } of page) {
      const record = readable(open);
      if (!record) return 'a damaged reference may name them';
      unnamed.delete(record.id);
    }
    after = page.at(-1)?.key;
    if (page.length < recordsInASlice) break;
  }
  try {
    await pictures.remove([...unnamed]);
    return undefined;
  } catch (error) {
    // People must be let in on a full disk too.
    if (error instanceof AppError && error.code === 'storage-full') return 'the disk is full';
    throw error;
  }
}
