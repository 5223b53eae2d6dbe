import { setImmediate as nextTurn } from 'node:timers/promises';
import { numberAt, numberBytes } from '../disk/keys.ts';
import type { Snapshot } from '../disk/open-file.ts';
import { idBytes } from '../disk/record-keys.ts';
import type { ReferenceRecord, Tables } from '../disk/tables.ts';

const referencesInASlice = 500;

/**
 * A page of a collection's references at one moment, without those of members who have left; `departed` are the bytes
 * collection‖person of these. Counts from the first reference on, and lets other work in between.
 */
export async function listWithoutDeparted(
  { references, memberReferences }: Tables,
  { collection, departed, snapshot }: { collection: Buffer; departed: readonly Buffer[]; snapshot: Snapshot },
  { offset, limit }: { offset: number; limit: number },
): Promise<ReferenceRecord[]> {
  const found: ReferenceRecord[] = [];
  let passed = 0;
  for (let after: Buffer | undefined; ; await nextTurn()) {
    const wish = { prefix: collection, snapshot, limit: referencesInASlice };
    const page = [...references.sealedEntries({ ...wish, ...(after && { after }) })];
    // No more of one member's references lie in this stretch of numbers than it is long.
    const start = numberBytes(page[0] ? numberAt(page[0].key, idBytes) - 1 : 0);
    const hidden = new Set(
      departed.flatMap((prefix) => {
        const hers = { ...wish, prefix, after: Buffer.concat([prefix, start]) };
        return Array.from(memberReferences.keys(hers), (key) => numberAt(key, prefix.length));
      }),
    );
    for (const { key, open } of page) {
      if (hidden.has(numberAt(key, idBytes))) continue;
      if (found.length === limit) return found;
      if (++passed > offset) found.push(open());
    }
    after = page.at(-1)?.key;
    if (page.length < referencesInASlice) return found;
  }
}
