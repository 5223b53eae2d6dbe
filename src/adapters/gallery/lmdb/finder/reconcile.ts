import { Pace } from '../../../../primitives/pace.ts';
import { codeGroups, numberIn, packKey, packOf, packSize } from '../disk/code-packs.ts';
import { numberAt, numberBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { Problems } from '../problems.ts';
import { codeOf } from './codes.ts';
import type { Finder } from './finder.ts';

const keysAtOnce = 256;
const placesOfPack = Array.from({ length: packSize }, (_, place) => place);

export type ReconcileParts = {
  readonly tables: Tables;
  readonly finder: Finder;
  readonly problems: Problems;
  /** The event loop is held no longer than this at a time. */
  readonly sliceMs: number;
  readonly signal: AbortSignal;
};

/**
 * Compares the finder with the templates, which are the truth: by their number, and where that differs one by one. Adds
 * what lacks and removes what is too much. Answers the packs of codes that are to be made anew.
 */
export async function reconcile(parts: ReconcileParts): Promise<number[]> {
  const { tables, finder, problems } = parts;
  if (finder.rows === tables.templates.count()) return [];
  const packs = new Set([...(await addLacking(parts)), ...(await removeIdle(parts))]);
  // The finder alone may be behind: it is told of a write when that is done.
  const wrong = [...packs].filter((pack) => !doFit(tables, pack));
  const message = 'Codes did not fit the templates, and are made to';
  if (wrong.length > 0) problems.add({ table: tables.codes.name, key: '', message });
  return wrong;
}

/** Whether a pack has the codes of just those references that have templates. Never so for a damaged one. */
function doFit({ codes, templates }: Tables, pack: number): boolean {
  const placesIn = (payload: Buffer) =>
    codeGroups(payload).flatMap(({ placesAt, personsAt }) => [...payload.subarray(placesAt, personsAt)]);
  const coded = new Set(readable(() => codes.look(packKey(pack), placesIn)));
  return placesOfPack.every(
    (place) => coded.has(place) === templates.has(numberBytes(numberIn(pack, place))),
  );
}

async function addLacking({ tables, finder, problems, sliceMs, signal }: ReconcileParts): Promise<number[]> {
  const { templates } = tables;
  const packs: number[] = [];
  const pace = new Pace(sliceMs);
  for (let after: Buffer | undefined; ; await rest(pace, signal)) {
    const keys = [...templates.keys({ ...(after && { after }), limit: keysAtOnce })];
    for (const key of keys.filter((each) => !finder.has(numberAt(each)))) {
      const row = problems.readable({ table: templates.name, key }, () => templates.get(key));
      if (!row) continue;
      const { template, ...ids } = row;
      const model = { id: template.modelId, dimensions: template.vector.length };
      finder.addRow(model, { ...ids, number: numberAt(key), code: codeOf(template.vector) });
      packs.push(packOf(numberAt(key)));
      if (pace.isOver) await rest(pace, signal);
    }
    after = keys.at(-1);
    if (keys.length < keysAtOnce) return packs;
  }
}

async function removeIdle({ tables, finder, sliceMs, signal }: ReconcileParts): Promise<number[]> {
  const packs: number[] = [];
  const pace = new Pace(sliceMs);
  for (const number of finder.numbers()) {
    if (pace.isOver) await rest(pace, signal);
    if (tables.templates.has(numberBytes(number))) continue;
    finder.removeRow(number);
    packs.push(packOf(number));
  }
  return packs;
}

async function rest(pace: Pace, signal: AbortSignal): Promise<void> {
  await pace.rest();
  signal.throwIfAborted();
}
