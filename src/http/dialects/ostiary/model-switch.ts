import { z } from 'zod';
import type { ModelSwitch } from '../../../services/model-switch.ts';
import type { BodyLimits } from '../../body/limits.ts';
import type { DialectRouter } from '../../dialect.ts';
import { toJob } from './jobs.ts';
import { readBody, readQuery } from './requests.ts';
import type { LeftAnswer } from './wire.ts';

export const switchSchema = z.strictObject({ model: z.string() });
export const leftQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  /** The number of the reference that the page before ended with. */
  after: z.coerce.number().int().min(0).optional(),
});

export type ModelSwitchRoutesParts = { readonly modelSwitch: ModelSwitch; readonly bodyLimits: BodyLimits };

export function mountModelSwitch(
  router: DialectRouter,
  { modelSwitch, bodyLimits }: ModelSwitchRoutesParts,
): void {
  router.post('/models/switch', 'admin', async (ctx) => {
    const { model } = await readBody(ctx, bodyLimits, switchSchema);
    const job = await modelSwitch.start(model);
    ctx.status = 202;
    ctx.body = toJob(job);
  });
  router.get('/models/left', 'admin', async (ctx) => {
    const { after, limit } = readQuery(ctx, leftQuerySchema);
    const { serving, references } = await modelSwitch.listLeft({ after, limit: limit + 1 });
    const shown = references.slice(0, limit);
    const answer: LeftAnswer = {
      ...(serving !== undefined && { serving }),
      references: shown,
      ...(references.length > limit && { next: shown.at(-1)!.number }),
    };
    ctx.body = answer;
  });
}
