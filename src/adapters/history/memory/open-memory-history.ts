import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  asHeirs,
  fitsEvent,
  type HistoryEvent,
  newEvent,
  personsIn,
  withoutPerson,
} from '../../../domain/event.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import { createIdSource } from '../../../domain/ids.ts';
import type { History, HistoryWish, Parting } from '../../../domain/ports/history.ts';

export type MemoryHistoryOptions = { readonly nowMs?: () => number; readonly nextId?: () => Uuid };

/** So many events are told before the event loop has its turn. */
const eventsAtOnce = 128;

/** Events that last as long as the process. */
export function openMemoryHistory(options: MemoryHistoryOptions = {}): History {
  const nextId = options.nextId ?? createIdSource(options.nowMs ?? Date.now);
  const events = new Map<number, HistoryEvent>();
  const partings = new Map<Uuid, Parting>();
  let last = 0;
  const oldest = () => [...events.values()].sort(compare);

  return {
    async add(wishes) {
      return wishes.map((wish) => {
        last += 1;
        const added = newEvent({ id: nextId(), number: last }, structuredClone(wish));
        events.set(last, added);
        return added;
      });
    },
    find: async (number) => events.get(number),
    list: (wish) => inTurns(ordered(oldest(), wish).filter((event) => fitsEvent(event, wish))),
    since: (number) => inTurns([...events.values()].filter((event) => event.number > number)),
    async prune({ beforeMs, keepAtMost, dryRun }) {
      const surplus = events.size - keepAtMost;
      const going = oldest().filter(({ atMs }, index) => atMs < beforeMs || index < surplus);
      if (!dryRun) for (const { number } of going) events.delete(number);
      const [first, final] = [going[0], going.at(-1)];
      return {
        records: going.length,
        ...(first && final && { oldestMs: first.atMs, newestMs: final.atMs }),
      };
    },
    count: () => events.size,
    async notePartings(noted) {
      for (const parting of noted) partings.set(parting.personId, structuredClone(parting));
    },
    listPartings: async () => [...partings.values()],
    async dropParting(personId) {
      partings.delete(personId);
    },
    async settleParting({ personId, heirId }, way) {
      const hers = oldest().filter((event) => personsIn(event).includes(personId));
      for (const event of hers) {
        if (heirId !== undefined) events.set(event.number, asHeirs(event, personId, heirId));
        else if (way === 'remove') events.delete(event.number);
        else events.set(event.number, withoutPerson(event, personId));
      }
      partings.delete(personId);
      const pictureIds = heirId === undefined ? hers.flatMap(({ pictureId }) => pictureId ?? []) : [];
      return { events: hers.length, pictureIds };
    },
  };
}

function compare(one: HistoryEvent, other: HistoryEvent): number {
  return one.atMs - other.atMs || one.number - other.number;
}

/** From the first that is asked for on. */
function ordered(oldest: HistoryEvent[], { order, startNumber }: HistoryWish): HistoryEvent[] {
  const reverse = order === 'newest first';
  const all = reverse ? oldest.toReversed() : oldest;
  if (startNumber === undefined) return all;
  const beside = all
    .filter(({ number }) => (reverse ? number <= startNumber : number >= startNumber))
    .sort((one, other) => Math.abs(one.number - startNumber) - Math.abs(other.number - startNumber));
  return beside[0] ? all.slice(all.indexOf(beside[0])) : [];
}

async function* inTurns(events: readonly HistoryEvent[]): AsyncGenerator<HistoryEvent> {
  for (const [index, event] of events.entries()) {
    if (index > 0 && index % eventsAtOnce === 0) await nextTurn();
    yield event;
  }
}
