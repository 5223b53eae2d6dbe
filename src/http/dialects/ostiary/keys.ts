import type { Credential, Reach } from '../../../domain/credential.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Access } from '../../../services/access.ts';
import type { Accounts } from '../../../services/accounts.ts';
import type { Collections } from '../../../services/collections.ts';
import { createKeys } from '../../../services/keys.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toKey, toUser } from './answers.ts';
import { readBody, readParameter } from './requests.ts';
import { newKeysSchema, newUserSchema, passwordSchema } from './wire.ts';

export type KeyParts = {
  readonly access: Access;
  readonly collections: Collections;
  readonly bodyLimits: BodyLimits;
};

export type UserParts = Pick<KeyParts, 'collections' | 'bodyLimits'> & { readonly accounts: Accounts };

/** What clients of all APIs show. */
export function mountKeys(router: DialectRouter, { access, collections, bodyLimits }: KeyParts): void {
  router.post('/keys', 'admin', async (ctx) => {
    const ask = await readBody(ctx, bodyLimits, newKeysSchema);
    const { expiresAt, collections: names, allCollections, ...wanted } = ask;
    const issued = await createKeys(access, {
      ...wanted,
      reach: await toReach(collections, callerOf(ctx), { names, all: allCollections === true }),
      expiresAtMs: expiresAt === undefined ? undefined : Date.parse(expiresAt),
    });
    const slugOf = await slugsOf(collections, callerOf(ctx));
    ctx.status = 201;
    ctx.body = { keys: issued.map(({ credential, secret }) => ({ ...toKey(credential, slugOf), secret })) };
  });
  router.get('/keys', 'admin', async (ctx) => {
    const slugOf = await slugsOf(collections, callerOf(ctx));
    const keys = (await access.list()).filter(({ kind }) => kind === 'secret');
    ctx.body = { keys: keys.map((credential) => toKey(credential, slugOf)) };
  });
  router.delete('/keys/:id', 'admin', async (ctx) => {
    ctx.body = { revoked: await access.revoke(readParameter(ctx, 'id')) };
  });
}

/** People who log in with a password, to the API that has such. */
export function mountUsers(router: DialectRouter, { accounts, collections, bodyLimits }: UserParts): void {
  router.post('/users', 'admin', async (ctx) => {
    const caller = callerOf(ctx);
    const { collections: names, allCollections, ...wanted } = await readBody(ctx, bodyLimits, newUserSchema);
    const reach = await toReach(collections, caller, { names, all: allCollections === true });
    const user = await accounts.create({ ...wanted, reach });
    ctx.status = 201;
    ctx.body = toUser(user, await slugsOf(collections, caller));
  });
  router.get('/users', 'admin', async (ctx) => {
    const slugs = await slugsOf(collections, callerOf(ctx));
    const users = (await accounts.list()).filter(({ revokedAtMs }) => revokedAtMs === undefined);
    ctx.body = { users: users.map((user) => toUser(user, slugs)) };
  });
  router.put('/users/:login/password', 'admin', async (ctx) => {
    const { password } = await readBody(ctx, bodyLimits, passwordSchema);
    ctx.body = { changed: await accounts.setPassword(readParameter(ctx, 'login'), password) };
  });
  router.delete('/users/:login', 'admin', async (ctx) => {
    ctx.body = { removed: await accounts.remove(readParameter(ctx, 'login')) };
  });
}

async function slugsOf(collections: Collections, caller: Credential): Promise<Map<string, string>> {
  return new Map((await collections.list(caller)).map(({ id, slug }) => [id, slug]));
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
