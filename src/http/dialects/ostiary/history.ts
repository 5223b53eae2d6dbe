import { z } from 'zod';
import { eventKinds, type HistoryEvent } from '../../../domain/event.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import type { Pruned } from '../../../domain/pruning.ts';
import type { HistoryService } from '../../../services/history.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { Retention } from '../../../services/retention.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toIso, toScore } from './answers.ts';
import { toJob } from './jobs.ts';
import { instantSchema, listOf, readBody, readQuery } from './requests.ts';
import type { EventAnswer, HistoryAnswer, PrunedAnswer } from './wire.ts';

const uuids = listOf(z.uuid()).optional();

export const historyQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  order: z.enum(['newest', 'oldest']).default('newest'),
  /** The number of the event that the page begins with. */
  start: z.coerce.number().int().min(0).optional(),
  from: instantSchema.optional(),
  until: instantSchema.optional(),
  kind: listOf(z.enum(eventKinds)).optional(),
  camera: uuids,
  person: uuids,
  reference: uuids,
  known: z.stringbool().meta({ type: 'boolean' }).optional(),
});

export const pruneSchema = z.strictObject({ dryRun: z.boolean().default(false) });

export type HistoryRoutesParts = {
  readonly history: HistoryService;
  readonly retention: Pick<Retention, 'submit'>;
  readonly recognition: Pick<Recognition, 'scoreTable'>;
  readonly gallery: Pick<Gallery, 'findPerson'>;
  readonly bodyLimits: BodyLimits;
};

export function mountHistory(router: DialectRouter, parts: HistoryRoutesParts): void {
  const { history, retention, bodyLimits } = parts;
  router.get('/history', 'read', async (ctx) => {
    const query = readQuery(ctx, historyQuerySchema);
    const tell = createTelling(parts);
    const events: EventAnswer[] = [];
    let next: number | undefined;
    for await (const event of history.list(callerOf(ctx), toWish(query))) {
      if (events.length === query.limit) {
        next = event.number;
        break;
      }
      events.push(await tell(event));
    }
    const answer: HistoryAnswer = { events, ...(next !== undefined && { next }) };
    ctx.body = answer;
  });
  router.post('/history/prune', 'admin', async (ctx) => {
    const { dryRun } = await readBody(ctx, bodyLimits, pruneSchema);
    if (!dryRun) ctx.status = 202;
    ctx.body = dryRun ? toPruned(await history.prune({ dryRun })) : toJob(await retention.submit());
  });
}

function toWish({ order, start, from, until, ...query }: z.output<typeof historyQuerySchema>) {
  return {
    order: order === 'newest' ? ('newest first' as const) : ('oldest first' as const),
    ...{ startNumber: start, fromMs: from, untilMs: until, kinds: query.kind, known: query.known },
    ...{ cameraIds: query.camera, personIds: query.person, referenceIds: query.reference },
  };
}

/** Joins the names of persons as they are now; each is looked up once. */
function createTelling({ gallery, recognition }: HistoryRoutesParts) {
  const names = new Map<Uuid, string | undefined>();
  const nameOf = async (personId: Uuid): Promise<string | undefined> => {
    if (!names.has(personId)) names.set(personId, (await gallery.findPerson(personId))?.name);
    return names.get(personId);
  };
  return async (event: HistoryEvent): Promise<EventAnswer> => {
    const { atMs, candidates, gap, accountId: _, ...rest } = event;
    const scores = event.modelId === undefined ? undefined : recognition.scoreTable(event.modelId);
    const found = [];
    for (const { score, ...ids } of candidates) {
      const name = await nameOf(ids.personId);
      found.push({ ...ids, ...(name !== undefined && { name }), ...(scores && toScore(score, scores)) });
    }
    return {
      ...rest,
      at: toIso(atMs),
      candidates: found,
      ...(gap && { gap: { from: toIso(gap.fromMs), to: toIso(gap.toMs), count: gap.count } }),
    };
  };
}

function toPruned({ records, oldestMs, newestMs }: Pruned): PrunedAnswer {
  return {
    records,
    ...(oldestMs !== undefined && { oldest: toIso(oldestMs) }),
    ...(newestMs !== undefined && { newest: toIso(newestMs) }),
  };
}
