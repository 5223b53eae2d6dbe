import Router from '@koa/router';
import type { Reach } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Gallery } from '../../../domain/ports/gallery.ts';
import type { ModelStore } from '../../../domain/ports/model-store.ts';
import type { Vision } from '../../../domain/ports/vision.ts';
import type { Access } from '../../../services/access.ts';
import type { Collections } from '../../../services/collections.ts';
import type { Health } from '../../../services/health.ts';
import type { JobService } from '../../../services/jobs.ts';
import { createKeys } from '../../../services/keys.ts';
import { listModels } from '../../../services/models.ts';
import type { People } from '../../../services/people.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import type { Dialect, DialectRouter, RequestContext, RequestState } from '../../dialect.ts';
import { toCollection, toKey, toModel } from './answers.ts';
import { errors } from './errors.ts';
import { mountFaces } from './faces.ts';
import { mountJobs } from './jobs.ts';
import { readBody, readParameter } from './requests.ts';
import { mountVectors } from './vectors.ts';
import { type HealthAnswer, newCollectionSchema, newKeysSchema } from './wire.ts';

export type OstiaryParts = {
  readonly access: Access;
  readonly collections: Collections;
  readonly people: People;
  readonly recognition: Recognition;
  readonly health: Health;
  readonly jobs: JobService;
  readonly models: ModelStore;
  readonly vision: Pick<Vision, 'status'>;
  readonly gallery: Pick<Gallery, 'counts'>;
  readonly bodyLimits: BodyLimits;
};

/** Our own API: all that the CLI and operators do. Callers are admins, by credential or by the Unix socket. */
export function createOstiaryDialect(parts: OstiaryParts): Dialect {
  return {
    name: 'ostiary',
    prefix: '/ostiary/v1',
    errors,
    admit: (ctx) => admit(ctx, parts.access),
    router(prefix) {
      const router = new Router<RequestState>({ prefix });
      mountKeys(router, parts);
      mountCollections(router, parts);
      mountFaces(router, parts);
      mountVectors(router, parts);
      mountState(router, parts);
      mountJobs(router, parts);
      return router;
    },
  };
}

async function admit(ctx: RequestContext, access: Access): Promise<void> {
  if (ctx.state.trusted) return;
  const secret = ctx.get('x-api-key');
  if (secret === '') throw new AppError('unauthenticated', 'Expected the header x-api-key');
  access.requireRight(await access.admit({ secret, dialect: 'ostiary', client: ctx.ip }), 'admin');
}

function mountKeys(router: DialectRouter, { access, collections, bodyLimits }: OstiaryParts): void {
  const slugs = async () => new Map((await collections.list()).map(({ id, slug }) => [id, slug]));

  router.post('/keys', async (ctx) => {
    const ask = await readBody(ctx, bodyLimits, newKeysSchema);
    const { expiresAt, collections: names, allCollections, ...wanted } = ask;
    const issued = await createKeys(access, {
      ...wanted,
      reach: await toReach(collections, { names, all: allCollections === true }),
      expiresAtMs: expiresAt === undefined ? undefined : Date.parse(expiresAt),
    });
    const slugOf = await slugs();
    ctx.status = 201;
    ctx.body = { keys: issued.map(({ credential, secret }) => ({ ...toKey(credential, slugOf), secret })) };
  });
  router.get('/keys', async (ctx) => {
    const slugOf = await slugs();
    const keys = (await access.list()).filter(({ kind }) => kind === 'secret');
    ctx.body = { keys: keys.map((credential) => toKey(credential, slugOf)) };
  });
  router.delete('/keys/:id', async (ctx) => {
    ctx.body = { revoked: await access.revoke(readParameter(ctx, 'id')) };
  });
}

/** `collection-unknown`; `bad-input` when all and some are asked for. */
async function toReach(
  collections: Collections,
  { names, all }: { names: readonly string[] | undefined; all: boolean },
): Promise<Reach> {
  if (all && names) throw new AppError('bad-input', 'Expected collections or allCollections, not both');
  if (all) return 'all';
  const found = await Promise.all((names ?? ['default']).map((name) => collections.get(name)));
  return found.map(({ id }) => id);
}

function mountCollections(router: DialectRouter, { collections, bodyLimits }: OstiaryParts): void {
  router.get('/collections', async (ctx) => {
    ctx.body = { collections: (await collections.list()).map(toCollection) };
  });
  router.post('/collections', async (ctx) => {
    const { slug, name } = await readBody(ctx, bodyLimits, newCollectionSchema);
    ctx.status = 201;
    ctx.body = toCollection(await collections.create(slug, name));
  });
}

function mountState(router: DialectRouter, { health, models, vision, gallery }: OstiaryParts): void {
  router.get('/models', async (ctx) => {
    ctx.body = { models: (await listModels(models)).map(toModel) };
  });
  router.get('/health', async (ctx) => {
    const { ready, parts } = await health.readiness();
    const answer: HealthAnswer = {
      ready,
      vision: vision.status(),
      gallery: { ...gallery.counts(), ready: parts.gallery.ready },
    };
    ctx.body = answer;
  });
}
