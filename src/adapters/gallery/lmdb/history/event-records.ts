import { type HistoryEvent, personsIn } from '../../../../domain/event.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import { numberAt, numberBytes, ownUuidBytes } from '../disk/keys.ts';
import type { Table } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';

/** Where an event stands in the order of time: eight bytes each of time and number. */
export function placeOf({ atMs, number }: Pick<HistoryEvent, 'atMs' | 'number'>): Buffer {
  return Buffer.concat([numberBytes(atMs), numberBytes(number)]);
}

/** The number at the end of a place. */
export function numberIn(place: Buffer): Buffer {
  return place.subarray(place.length - 8);
}

/** The time in a place. */
export function timeIn(place: Buffer): number {
  return numberAt(place);
}

type Entry = { readonly table: Table<true>; readonly key: Buffer };

/** Under what else an event is found than its number. */
export function eventEntries(
  tables: Pick<Tables, 'eventTimes' | 'eventCameras' | 'eventPersons'>,
  event: HistoryEvent,
): Entry[] {
  const place = placeOf(event);
  const under = (table: Table<true>, id: Uuid) => ({ table, key: Buffer.concat([ownUuidBytes(id), place]) });
  return [
    { table: tables.eventTimes, key: place },
    ...(event.cameraId === undefined ? [] : [under(tables.eventCameras, event.cameraId)]),
    ...personsIn(event).map((personId) => under(tables.eventPersons, personId)),
  ];
}

/** Writes all records of an event. As the others, for inside of a write. */
export function putEvent(tables: Tables, event: HistoryEvent): void {
  tables.events.put(numberBytes(event.number), event);
  for (const { table, key } of eventEntries(tables, event)) table.put(key, true);
}

export function removeEvent(tables: Tables, event: HistoryEvent): void {
  tables.events.remove(numberBytes(event.number));
  for (const { table, key } of eventEntries(tables, event)) table.remove(key);
}

export function replaceEvent(tables: Tables, before: HistoryEvent, after: HistoryEvent): void {
  removeEvent(tables, before);
  putEvent(tables, after);
}
