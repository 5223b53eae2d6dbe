import type { DialectRouter, RequestContext } from '../../dialect.ts';
import { type CompreFaceDeps, collectionOf } from './deps.ts';
import { refusals } from './errors.ts';
import { readJsonBody, requireJsonType } from './uploads.ts';
import { subjectBody } from './wire.ts';

const maxSubjectLength = 50;

/** Checks a name that a subject is to get, and lets errors name it. */
export function requireSubject(ctx: RequestContext, subject: string): string {
  if (subject.trim() === '') throw refusals.constraint('Subject name is empty');
  if (subject.length > maxSubjectLength) {
    throw refusals.constraint(`Subject name size must be between 1 and ${maxSubjectLength}`);
  }
  if (/[;/\\]/.test(subject)) throw refusals.subjectIllegal();
  return named(ctx, subject);
}

function named(ctx: RequestContext, subject: string): string {
  ctx.state.about.subject = subject;
  return subject;
}

/** `/recognition/subjects`: the names of a collection. */
export function addSubjectRoutes(router: DialectRouter, { people, bodyLimits }: CompreFaceDeps): void {
  const readSubject = async (ctx: RequestContext): Promise<string> => {
    requireJsonType(ctx);
    return (await readJsonBody(ctx, bodyLimits, subjectBody)).subject ?? '';
  };

  router.post('/recognition/subjects', 'write', async (ctx) => {
    const subject = requireSubject(ctx, await readSubject(ctx));
    const member = await people.add(collectionOf(ctx), subject);
    ctx.status = 201;
    ctx.body = { subject: member.key };
  });

  router.get('/recognition/subjects', 'read', async (ctx) => {
    const members = await people.list(collectionOf(ctx));
    ctx.body = { subjects: members.map(({ key }) => key) };
  });

  router.put('/recognition/subjects/:subject', 'write', async (ctx) => {
    const to = requireSubject(ctx, await readSubject(ctx));
    await people.rename(collectionOf(ctx), named(ctx, ctx.params.subject ?? ''), to);
    ctx.body = { updated: true };
  });

  router.delete('/recognition/subjects/:subject', 'write', async (ctx) => {
    const subject = named(ctx, ctx.params.subject ?? '');
    ctx.body = { subject: await people.remove(collectionOf(ctx), subject) };
  });

  router.delete('/recognition/subjects', 'write', async (ctx) => {
    ctx.body = { deleted: await people.removeAll(collectionOf(ctx)) };
  });
}
