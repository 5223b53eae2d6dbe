import { numberAt, uuidAt } from '../disk/keys.ts';
import { idBytes } from '../disk/record-keys.ts';
import type { ReadTable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { Problems } from '../problems.ts';
import type { Finder } from './finder.ts';
import { Pace } from './pace.ts';

/** Opening holds the event loop no longer than this at a time. */
const sliceMs = 4;

/** Fills the finder: persons, then their templates in one ordered scan. Damaged records are left out. */
export async function loadFinder(tables: Tables, finder: Finder, problems: Problems): Promise<void> {
  await eachEntry(tables.collections, problems, (_key, { id, clearing }) => {
    if (clearing) finder.hideCollection(id, true);
  });
  await eachEntry(tables.persons, problems, (_key, person) => finder.judge(person));
  // Whoever has left is found by nobody; what she left behind is being removed.
  for (const key of tables.departures.keys()) {
    finder.hideMember({ collectionId: uuidAt(key), personId: uuidAt(key, idBytes), hidden: true });
  }
  await eachEntry(tables.templates, problems, (key, { template, ...ids }) =>
    finder.addRow(template.modelId, { ...ids, number: numberAt(key), vector: template.vector }),
  );
}

/** Goes through a table in slices. */
async function eachEntry<V>(
  table: ReadTable<V>,
  problems: Problems,
  take: (key: Buffer, value: V) => void,
): Promise<void> {
  const pace = new Pace(sliceMs);
  for (let after: Buffer | undefined; ; await pace.rest()) {
    let isWhole = true;
    for (const { key, open } of table.sealedEntries(after && { after })) {
      after = key;
      const value = problems.readable({ table: table.name, key }, open);
      if (value !== undefined) take(key, value);
      if (!pace.isOver) continue;
      isWhole = false;
      break;
    }
    if (isWhole) return;
  }
}
