import { z } from 'zod';
import { eventKinds, type HistoryEvent } from '../../../domain/event.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { HistoryWish } from '../../../domain/ports/history.ts';
import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import { toUuid } from './camera-ids.ts';
import type { FindFaceParts } from './deps.ts';
import { eventTelling, type WireEvent } from './events.ts';
import { orGone } from './or-gone.ts';
import { nextEvents } from './pages.ts';
import { check, flagSchema, limitSchema, readParameters, textsSchema, wholeSchema } from './parameters.ts';
import { personOf } from './persons.ts';
import { openScope } from './scope.ts';
import { mapped, streamResults } from './stream.ts';
import { timeSchema } from './times.ts';

const mostCameras = 1_000;

export const rangeSchema = z.object({
  /** What is no UUID is no camera of ours. */
  cam_ids: textsSchema(64, mostCameras).optional(),
  start: timeSchema.optional(),
  end: timeSchema.optional(),
});

export const searchSchema = rangeSchema.extend({
  person_id: wholeSchema(0, Number.MAX_SAFE_INTEGER).optional(),
  friend: flagSchema.optional(),
  limit: limitSchema,
  max_id: wholeSchema(0, Number.MAX_SAFE_INTEGER).optional(),
});
type Search = z.output<typeof searchSchema>;

/** What cameras have seen: sightings, and recognitions that a camera was named for. */
export function addHistoryRoutes(router: DialectRouter, parts: FindFaceParts): void {
  router.on(['get', 'post'], '/history/search', 'read', async (ctx) => {
    const search = check(searchSchema, await readParameters(ctx, parts));
    const personIds = await personIdsOf(ctx, parts, search);
    await answer(ctx, parts, { search, ...(personIds && { personIds }) });
  });

  router.get('/person/history/id/:id', 'read', async (ctx) => {
    const scope = await openScope(ctx, parts);
    const range = check(rangeSchema, await readParameters(ctx, parts));
    const { person } = await personOf(ctx, parts, scope);
    const wish = { ...toWish(range), personIds: [person.id], order: 'oldest first' } as const;
    const { tellOf } = eventTelling(ctx, parts, scope);
    await streamResults(ctx, mapped(seen(ctx, parts, wish), tellOf(person.id)));
  });
}

/** Somebody who is not there was never seen. */
async function personIdsOf(
  ctx: RouteContext,
  parts: FindFaceParts,
  { person_id: number }: Search,
): Promise<Uuid[] | undefined> {
  if (number === undefined) return undefined;
  const { all } = await openScope(ctx, parts);
  const found = await orGone(parts.persons.getByNumber(number, all));
  return found ? [found.person.id] : [];
}

function toWish({ cam_ids: cameras, start, end }: z.output<typeof rangeSchema>): Omit<HistoryWish, 'order'> {
  return {
    kinds: eventKinds.filter((kind) => kind !== 'gap'),
    cameraIds: cameras?.flatMap((id) => toUuid(id) ?? []),
    fromMs: start,
    untilMs: end === undefined ? undefined : end + 1,
  };
}

/** Those of cameras; all others are nobody's history here. */
async function* seen(
  ctx: RouteContext,
  { history }: FindFaceParts,
  wish: Omit<HistoryWish, 'visibleTo'>,
): AsyncGenerator<HistoryEvent> {
  for await (const event of history.list(callerOf(ctx), wish)) if (event.cameraId !== undefined) yield event;
}

/** Oldest first. A page has the newest of those up to an event, and tells where the older ones are. */
async function answer(
  ctx: RouteContext,
  parts: FindFaceParts,
  { search, personIds }: { search: Search; personIds?: readonly Uuid[] },
): Promise<void> {
  const { limit, max_id: startNumber, friend: known } = search;
  const { tell } = eventTelling(ctx, parts, await openScope(ctx, parts));
  const isPage = limit > 0 || startNumber !== undefined;
  const order = isPage ? 'newest first' : 'oldest first';
  const events = seen(ctx, parts, { ...toWish(search), personIds, known, startNumber, order });
  if (limit === 0) return streamResults(ctx, mapped(events, tell));
  const results: WireEvent[] = [];
  let next: number | undefined;
  for await (const event of events) {
    if (results.length === limit) {
      next = event.number;
      break;
    }
    results.push(await tell(event));
  }
  const more = next === undefined ? {} : { next_page: nextEvents(ctx, next) };
  ctx.body = { ...more, results: results.reverse() };
}
