import type { ErasureReceipt } from '../../../domain/gallery.ts';
import type { Collections } from '../../../services/collections.ts';
import type { Erasures } from '../../../services/erasures.ts';
import type { Scrubbing } from '../../../services/scrubbing.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toIso } from './answers.ts';
import { toJob } from './jobs.ts';
import { readBody, readParameter } from './requests.ts';
import { type ErasureAnswer, newErasureSchema } from './wire.ts';

export type ErasureParts = {
  readonly collections: Collections;
  readonly erasures: Erasures;
  readonly scrubbing: Pick<Scrubbing, 'begin'>;
  readonly bodyLimits: BodyLimits;
};

export function mountErasures(
  router: DialectRouter,
  { collections, erasures, scrubbing, bodyLimits }: ErasureParts,
): void {
  router.post('/erasures', 'admin', async (ctx) => {
    const ask = await readBody(ctx, bodyLimits, newErasureSchema);
    const who =
      'personId' in ask
        ? ask
        : { collectionId: (await collections.get(callerOf(ctx), ask.collection)).id, key: ask.person };
    ctx.body = toErasure(await erasures.erase(who));
  });
  router.get('/erasures/:personId', 'admin', async (ctx) => {
    ctx.body = toErasure(await erasures.receipt(readParameter(ctx, 'personId')));
  });
  router.post('/gallery/scrub', 'admin', async (ctx) => {
    ctx.status = 202;
    ctx.body = toJob(await scrubbing.begin());
  });
}

function toErasure({ personId, references, ...times }: ErasureReceipt): ErasureAnswer {
  const { hiddenAtMs, removedAtMs, scrubbedAtMs } = times;
  return {
    ...{ personId, references, hiddenAt: toIso(hiddenAtMs) },
    ...(removedAtMs !== undefined && { removedAt: toIso(removedAtMs) }),
    ...(scrubbedAtMs !== undefined && { scrubbedAt: toIso(scrubbedAtMs) }),
  };
}
