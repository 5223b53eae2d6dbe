import { asHeirs, type ForgettingWay, type HistoryEvent, withoutPerson } from '../../../../domain/event.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { Parting, SettledParting } from '../../../../domain/ports/history.ts';
import type { Environment } from '../disk/environment.ts';
import { ownUuidBytes } from '../disk/keys.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { numberIn, removeEvent, replaceEvent } from './event-records.ts';

/** One write takes no longer: the event loop waits for it. */
const writeMs = 3;

export type PartingParts = { readonly environment: Environment; readonly tables: Tables };
type Part = { readonly events: number; readonly pictureIds: Uuid[]; readonly isDone: boolean };

/** Changes the events of somebody who has left, a few in each write; the note of it goes with the last. */
export async function settleParting(
  { environment, tables }: PartingParts,
  parting: Parting,
  way: ForgettingWay,
): Promise<SettledParting> {
  let events = 0;
  const pictureIds: Uuid[] = [];
  for (let isDone = false; !isDone; ) {
    const part = await environment.write(() => settleSome(tables, parting, way));
    events += part.events;
    pictureIds.push(...part.pictureIds);
    ({ isDone } = part);
  }
  return { events, pictureIds };
}

function settleSome(tables: Tables, parting: Parting, way: ForgettingWay): Part {
  const endMs = performance.now() + writeMs;
  const prefix = ownUuidBytes(parting.personId);
  const pictureIds: Uuid[] = [];
  let events = 0;
  for (;;) {
    const [key] = tables.eventPersons.keys({ prefix, limit: 1 });
    if (!key) {
      tables.partings.remove(prefix);
      return { events, pictureIds, isDone: true };
    }
    if (performance.now() > endMs) return { events, pictureIds, isDone: false };
    const number = numberIn(key);
    const event = readable(() => tables.events.get(number));
    // A damaged one goes as a whole: what it tells of her cannot be taken out.
    if (!event) tables.events.remove(Buffer.from(number));
    else pictureIds.push(...settleEvent(tables, event, { parting, way }));
    tables.eventPersons.remove(Buffer.from(key));
    events += 1;
  }
}

/** Answers the picture that goes. */
function settleEvent(
  tables: Tables,
  event: HistoryEvent,
  { parting, way }: { parting: Parting; way: ForgettingWay },
): Uuid[] {
  const { personId, heirId } = parting;
  if (heirId !== undefined) {
    replaceEvent(tables, event, asHeirs(event, personId, heirId));
    return [];
  }
  if (way === 'remove') removeEvent(tables, event);
  else replaceEvent(tables, event, withoutPerson(event, personId));
  return event.pictureId === undefined ? [] : [event.pictureId];
}
