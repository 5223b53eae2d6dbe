import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { StoreProblem } from '../../../../domain/store-problem.ts';
import { numberAt, ownUuidBytes } from '../disk/keys.ts';
import { memberPrefix } from '../disk/record-keys.ts';
import type { ReadTable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { Finder } from './finder.ts';

/** Opening holds the event loop no longer than this at a time. */
const sliceMs = 4;

/** Fills the finder: persons, then their templates in one ordered scan. Tells which records had to be left out. */
export async function loadFinder(tables: Tables, finder: Finder): Promise<StoreProblem[]> {
  const problems: StoreProblem[] = [];
  await eachEntry(tables.collections, problems, (_key, { id, clearing }) => {
    if (clearing) finder.hideCollection(id, true);
    return undefined;
  });
  await eachEntry(tables.persons, problems, (_key, person) => {
    finder.addPerson(person);
    return undefined;
  });
  // Whoever has left is found by nobody; what she left behind is being removed.
  const leaving = new Set(Array.from(tables.departures.keys(), (key) => key.toString('hex')));
  const hasLeft = ({ collectionId, personId }: { collectionId: Uuid; personId: Uuid }) =>
    leaving.size > 0 && leaving.has(memberPrefix(ownUuidBytes(collectionId), personId).toString('hex'));
  await eachEntry(
    tables.templates,
    problems,
    (key, { template, ...ids }) => {
      if (hasLeft(ids)) return undefined;
      const row = { ...ids, number: numberAt(key), vector: template.vector };
      return finder.addRow(template.modelId, row, 'later')
        ? undefined
        : 'A template without a readable person';
    },
    () => finder.addLate(),
  );
  return problems;
}

/** Goes through a table in slices, `afterSlice` following each; `take` says what is wrong with an entry, if anything is. */
async function eachEntry<V>(
  table: ReadTable<V>,
  problems: StoreProblem[],
  take: (key: Buffer, value: V) => string | undefined,
  afterSlice: () => Promise<void> = nextTurn,
): Promise<void> {
  let after: Buffer | undefined;
  for (;;) {
    const end = performance.now() + sliceMs;
    let isWhole = true;
    for (const { key, open } of table.sealedEntries(after && { after })) {
      after = key;
      const message = tryTake(() => take(key, open()));
      if (message !== undefined) problems.push({ table: table.name, key: key.toString('hex'), message });
      if (performance.now() <= end) continue;
      isWhole = false;
      break;
    }
    await afterSlice();
    if (isWhole) return;
  }
}

function tryTake(take: () => string | undefined): string | undefined {
  try {
    return take();
  } catch (error) {
    if (error instanceof AppError && error.code === 'record-corrupt') return error.message;
    throw error;
  }
}
