import { numberAt, numberBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { codeOf } from '../finder/codes.ts';
import type { Finder } from '../finder/finder.ts';
import type { Writer } from '../writing/writer.ts';
import type { Faults } from './faults.ts';

export type IndexParts = { readonly tables: Tables; readonly finder: Finder; readonly writer: Writer };

/**
 * Compares what searches know with the templates as they are now, a step a row. The finder learns of a write a moment after
 * it is done: what it seems to have wrong is looked at again when all writes of before are told.
 */
export async function compareIndex(
  parts: IndexParts,
  faults: Faults,
  eachRow: () => Promise<void>,
): Promise<void> {
  const { tables, finder, writer } = parts;
  const suspects: Buffer[] = [];
  for (const number of finder.numbers()) {
    const key = numberBytes(number);
    if (!tables.templates.has(key)) suspects.push(key);
    await eachRow();
  }
  for await (const key of keysInSlices(tables, eachRow)) if (!finder.has(numberAt(key))) suspects.push(key);
  if (suspects.length === 0) return;
  await writer.commit(() => undefined);
  for (const key of suspects) {
    noteWrong(parts, faults, key);
    await eachRow();
  }
}

/** A page at a time: the event loop is free in between. */
async function* keysInSlices({ templates }: Tables, eachRow: () => Promise<void>): AsyncIterable<Buffer> {
  const limit = 256;
  for (let after: Buffer | undefined; ; ) {
    const page = [...templates.keys({ ...(after && { after }), limit })];
    for (const key of page) {
      yield key;
      await eachRow();
    }
    after = page.at(-1);
    if (page.length < limit) return;
  }
}

function noteWrong({ tables: { templates }, finder }: IndexParts, faults: Faults, key: Buffer): void {
  const number = numberAt(key);
  const isThere = templates.has(key);
  if (finder.has(number) === isThere) return;
  const row = isThere ? readable(() => templates.get(key)) : undefined;
  // A damaged one is told of with its table.
  if (isThere && !row) return;
  const message = isThere
    ? 'A reference is missing in the index'
    : 'The index knows a reference that is gone';
  const about = row && {
    personId: row.personId,
    collectionId: row.collectionId,
    referenceId: row.referenceId,
  };
  faults.note({ kind: 'unfindable', table: indexName, place: key, message, ...about }, ({ after }) => {
    const now = readable(() => templates.get(key));
    if (now) after.push({ kind: 'row', number, row: now, code: codeOf(now.template.vector) });
    else if (!templates.has(key)) after.push({ kind: 'row-gone', number });
  });
}

/** The index is no table, but told as one. */
const indexName = { name: 'index', tell: (place: Buffer) => place.toString('hex') };
