import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Entry, type RangeWish, type ReadTable, readable } from './table.ts';

/** A slice is read for no longer, and holds no more: what the reader does with it takes its time as well. */
const sliceMs = 2;
const sliceEntries = 512;
/** So many entries are read between two looks at the clock. */
const entriesAtOnce = 8;

export type SlicesWish = Pick<RangeWish, 'prefix' | 'after' | 'before' | 'reverse'>;

/**
 * Walks a table in slices, between which the event loop goes on. Damaged records are left out. What is written
 * meanwhile is met when it lies ahead.
 */
export async function* inSlices<V>(table: ReadTable<V>, wish: SlicesWish): AsyncGenerator<Entry<V>[]> {
  for (let rest = wish; ; ) {
    const { entries, last } = readSlice(table, rest);
    if (entries.length > 0) yield entries;
    if (!last) return;
    rest = { ...rest, ...(rest.reverse ? { before: last } : { after: last }) };
    await nextTurn();
  }
}

/** `last` is the key to go on from, if anything may follow. */
function readSlice<V>(table: ReadTable<V>, wish: SlicesWish): { entries: Entry<V>[]; last?: Buffer } {
  const endMs = performance.now() + sliceMs;
  const entries: Entry<V>[] = [];
  let read = 0;
  for (const { key, open } of table.sealedEntries(wish)) {
    const value = readable(open);
    if (value !== undefined) entries.push({ key, value });
    read += 1;
    const isOver = read % entriesAtOnce === 0 && (read >= sliceEntries || performance.now() > endMs);
    if (isOver) return { entries, last: Buffer.from(key) };
  }
  return { entries };
}
