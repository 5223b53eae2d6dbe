import { setImmediate as nextTurn } from 'node:timers/promises';
import { fitsEvent, type HistoryEvent } from '../../../../domain/event.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { HistoryWish } from '../../../../domain/ports/history.ts';
import { numberBytes, uuidBytes } from '../disk/keys.ts';
import { type ReadTable, readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { numberIn, placeOf } from './event-records.ts';
import { type KeyRange, mergedKeys } from './merged-keys.ts';

/** After so long the event loop has its turn, whoever took the time. */
const turnMs = 2;
/** With more cameras or persons than these, all events are looked at. */
const mostRanges = 64;
const lowest = Buffer.alloc(16);
const highest = Buffer.alloc(16, 0xff);

/** The events that fit, in the order of their places. */
export async function* walkEvents(tables: Tables, wish: HistoryWish): AsyncGenerator<HistoryEvent> {
  const reverse = wish.order === 'newest first';
  const bounds = boundsOf(tables, wish);
  const ranges = startsOf(tables, wish).map((start) => ({ ...start, ...bounds }));
  let endMs = performance.now() + turnMs;
  for (const place of mergedKeys(ranges, reverse)) {
    const event = readable(() => tables.events.get(numberIn(place)));
    if (event && fitsEvent(event, wish)) yield event;
    if (performance.now() < endMs) continue;
    await nextTurn();
    endMs = performance.now() + turnMs;
  }
}

/** The least that has to be looked at: events of the persons, else of the cameras, else of the time. */
function startsOf(tables: Tables, wish: HistoryWish): Pick<KeyRange, 'table' | 'prefix'>[] {
  const { personIds, cameraIds } = wish;
  if (personIds && personIds.length <= mostRanges) return under(tables.eventPersons, personIds);
  if (cameraIds && cameraIds.length <= mostRanges) return under(tables.eventCameras, cameraIds);
  return [{ table: tables.eventTimes, prefix: Buffer.alloc(0) }];
}

function under(table: ReadTable<true>, ids: readonly Uuid[]): Pick<KeyRange, 'table' | 'prefix'>[] {
  return ids.map(uuidBytes).flatMap((prefix) => (prefix ? [{ table, prefix }] : []));
}

function boundsOf(tables: Tables, wish: HistoryWish): Pick<KeyRange, 'above' | 'below'> {
  const reverse = wish.order === 'newest first';
  const start = wish.startNumber === undefined ? undefined : startOf(tables, wish.startNumber, reverse);
  const above = wish.fromMs === undefined ? lowest : timeBytes(wish.fromMs);
  const below = wish.untilMs === undefined ? highest : timeBytes(wish.untilMs);
  if (start === undefined) return { above, below };
  // A place is a bound that lies outside; the one next to it takes it in.
  if (reverse) return { above, below: least(below, placeOf({ ...start, number: start.number + 1 })) };
  return { above: greatest(above, placeOf({ ...start, number: start.number - 1 })), below };
}

/** The event of this number, or what comes next when it has gone; where nothing does, a place beyond all. */
function startOf(tables: Tables, number: number, reverse: boolean): Pick<HistoryEvent, 'atMs' | 'number'> {
  const beside = reverse
    ? { before: numberBytes(number + 1) }
    : { after: numberBytes(Math.max(0, number - 1)) };
  for (const { open } of tables.events.sealedEntries({ ...beside, reverse })) {
    const event = readable(open);
    if (event) return event;
  }
  return reverse ? { atMs: 0, number: 0 } : { atMs: Number.MAX_SAFE_INTEGER, number: 1 };
}

function timeBytes(ms: number): Buffer {
  const atMs = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(ms)));
  return placeOf({ atMs, number: 0 });
}

function least(one: Buffer, other: Buffer): Buffer {
  return one.compare(other) <= 0 ? one : other;
}

function greatest(one: Buffer, other: Buffer): Buffer {
  return one.compare(other) >= 0 ? one : other;
}
