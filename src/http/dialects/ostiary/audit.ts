import { z } from 'zod';
import { type AuditEntry, auditActions } from '../../../domain/audit.ts';
import type { AuditService } from '../../../services/audit.ts';
import type { Collections } from '../../../services/collections.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toIso } from './answers.ts';
import { instantSchema, listOf, readQuery } from './requests.ts';
import type { AuditAnswer, AuditEntryAnswer } from './wire.ts';

export const auditQuerySchema = z.strictObject({
  /** Only entries with lower numbers. */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  from: instantSchema.optional(),
  until: instantSchema.optional(),
  action: listOf(z.enum(auditActions)).optional(),
  actor: z.string().max(100).optional(),
  /** Slug or id. */
  collection: z.string().max(100).optional(),
  subject: z.uuid().optional(),
});

type Parts = { readonly audit: AuditService; readonly collections: Collections };

export function mountAudit(router: DialectRouter, { audit, collections }: Parts): void {
  router.get('/audit', 'admin', async (ctx) => {
    const { limit, before, ...query } = readQuery(ctx, auditQuerySchema);
    const name = query.collection;
    // One that was removed has no slug any more.
    const isId = name === undefined || z.uuid().safeParse(name).success;
    const collectionId = isId ? name : (await collections.get(callerOf(ctx), name)).id;
    const entries = await audit.list({
      ...{ limit, beforeNumber: before, fromMs: query.from, untilMs: query.until },
      ...{ actions: query.action, actor: query.actor, subjectId: query.subject },
      collectionId,
    });
    const last = entries.length === limit ? entries.at(-1) : undefined;
    const answer: AuditAnswer = { entries: entries.map(toEntry), ...(last && { nextBefore: last.number }) };
    ctx.body = answer;
  });
}

function toEntry({ atMs, ...entry }: AuditEntry): AuditEntryAnswer {
  return { ...entry, at: toIso(atMs) };
}
