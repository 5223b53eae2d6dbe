import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pruned, Pruning } from '../../../../domain/pruning.ts';
import type { Environment } from '../disk/environment.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { numberIn, removeEvent, timeIn } from './event-records.ts';

/** So many places are read, or a write takes so long, before the event loop has its turn. */
const placesAtOnce = 256;
const writeMs = 3;

export type PruneEventsParts = { readonly environment: Environment; readonly tables: Tables };

/** Takes the oldest events away, a few in each write. */
export async function pruneEvents(
  { environment, tables }: PruneEventsParts,
  { beforeMs, keepAtMost, dryRun }: Pruning,
): Promise<Pruned> {
  const surplus = Math.max(0, tables.eventTimes.count() - keepAtMost);
  let pruned: Pruned = { records: 0 };
  let after: Buffer | undefined;
  for (;;) {
    const wish = { ...(after && { after }), limit: placesAtOnce };
    const places = Array.from(tables.eventTimes.keys(wish), (key) => Buffer.from(key));
    const going = places.filter(
      (place, index) => timeIn(place) < beforeMs || pruned.records + index < surplus,
    );
    pruned = withPlaces(pruned, going);
    for (let at = 0; !dryRun && at < going.length; ) {
      at = await environment.write(() => removeSome(tables, going, at));
    }
    if (going.length < placesAtOnce) return pruned;
    after = places.at(-1);
    await nextTurn();
  }
}

function withPlaces(pruned: Pruned, places: readonly Buffer[]): Pruned {
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return pruned;
  return {
    records: pruned.records + places.length,
    oldestMs: pruned.oldestMs ?? timeIn(first),
    newestMs: timeIn(last),
  };
}

/** Tells how far it got. */
function removeSome(tables: Tables, places: readonly Buffer[], from: number): number {
  const endMs = performance.now() + writeMs;
  let at = from;
  do {
    const place = places[at++]!;
    const event = readable(() => tables.events.get(numberIn(place)));
    if (event) removeEvent(tables, event);
    else tables.events.remove(numberIn(place));
    tables.eventTimes.remove(place);
  } while (at < places.length && performance.now() < endMs);
  return at;
}
