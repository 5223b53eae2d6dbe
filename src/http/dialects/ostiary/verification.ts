import { z } from 'zod';
import type { Verification } from '../../../services/verification.ts';
import type { BodyLimits } from '../../body/limits.ts';
import type { DialectRouter } from '../../dialect.ts';
import { toJob } from './jobs.ts';
import { readBody } from './requests.ts';

export const verifySchema = z.strictObject({ repair: z.boolean().default(false) });

export type VerificationParts = { readonly verification: Verification; readonly bodyLimits: BodyLimits };

export function mountVerification(
  router: DialectRouter,
  { verification, bodyLimits }: VerificationParts,
): void {
  router.post('/gallery/verify', 'admin', async (ctx) => {
    const job = await verification.start(await readBody(ctx, bodyLimits, verifySchema));
    ctx.status = 202;
    ctx.body = toJob(job);
  });
}
