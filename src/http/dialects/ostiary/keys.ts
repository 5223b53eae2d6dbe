import type { Credential, Reach } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Access } from '../../../services/access.ts';
import type { Collections } from '../../../services/collections.ts';
import { createKeys } from '../../../services/keys.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toKey } from './answers.ts';
import { readBody, readParameter } from './requests.ts';
import { newKeysSchema } from './wire.ts';

export type KeyParts = {
  readonly access: Access;
  readonly collections: Collections;
  readonly bodyLimits: BodyLimits;
};

/** What clients of all APIs show. */
export function mountKeys(router: DialectRouter, { access, collections, bodyLimits }: KeyParts): void {
  const slugs = async (caller: Credential) =>
    new Map((await collections.list(caller)).map(({ id, slug }) => [id, slug]));

  router.post('/keys', 'admin', async (ctx) => {
    const ask = await readBody(ctx, bodyLimits, newKeysSchema);
    const { expiresAt, collections: names, allCollections, ...wanted } = ask;
    const issued = await createKeys(access, {
      ...wanted,
      reach: await toReach(collections, callerOf(ctx), { names, all: allCollections === true }),
      expiresAtMs: expiresAt === undefined ? undefined : Date.parse(expiresAt),
    });
    const slugOf = await slugs(callerOf(ctx));
    ctx.status = 201;
    ctx.body = { keys: issued.map(({ credential, secret }) => ({ ...toKey(credential, slugOf), secret })) };
  });
  router.get('/keys', 'admin', async (ctx) => {
    const slugOf = await slugs(callerOf(ctx));
    const keys = (await access.list()).filter(({ kind }) => kind === 'secret');
    ctx.body = { keys: keys.map((credential) => toKey(credential, slugOf)) };
  });
  router.delete('/keys/:id', 'admin', async (ctx) => {
    ctx.body = { revoked: await access.revoke(readParameter(ctx, 'id')) };
  });
}

/** `collection-unknown`; `bad-input` when all and some are asked for. */
async function toReach(
  collections: Collections,
  caller: Credential,
  { names, all }: { names: readonly string[] | undefined; all: boolean },
): Promise<Reach> {
  if (all && names) throw new AppError('bad-input', 'Expected collections or allCollections, not both');
  if (all) return 'all';
  const found = await collections.getAll(caller, names ?? ['default']);
  return found.map(({ id }) => id);
}
