import { type Pruned, type Pruning, PruningPick } from '../../../../domain/pruning.ts';
import type { Environment } from './environment.ts';
import { inSlices } from './in-slices.ts';
import type { ReadTable } from './table.ts';

/** One write removes for no longer: the event loop waits for it. */
const writeMs = 3;

export type PruneParts<V> = {
  readonly environment: Environment;
  /** By number. */
  readonly table: ReadTable<V>;
  /** Takes all that belongs to a record out; runs inside of a write. */
  readonly remove: (value: V) => void;
};

/** Removes the records of a series that are to go, the youngest of them first, a few in each write. */
export async function pruneTable<V extends { readonly number: number; readonly atMs: number }>(
  { environment, table, remove }: PruneParts<V>,
  pruning: Pruning,
): Promise<Pruned> {
  const pick = new PruningPick(pruning);
  for await (const slice of inSlices(table, { reverse: true })) {
    const going = slice.map(({ value }) => value).filter((value) => pick.takes(value));
    if (pruning.dryRun) continue;
    for (let at = 0; at < going.length; ) {
      at = await environment.write(() => removeSome(going, at, remove));
    }
  }
  return pick.pruned;
}

/** Tells how far it got. */
function removeSome<V>(going: readonly V[], from: number, remove: (value: V) => void): number {
  const endMs = performance.now() + writeMs;
  let at = from;
  do remove(going[at++]!);
  while (at < going.length && performance.now() < endMs);
  return at;
}
