import type { AccountToken } from '../../../services/accounts.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import { readFields } from './body.ts';
import type { EnfaceDeps } from './deps.ts';
import { failed, instead, refusals, refused } from './errors.ts';
import { type Expiry, loginBody, newTokenBody, tokenBody, tokenUpdateBody } from './wire.ts';

const dayMs = 86_400_000;

/** Logging in, and permanent tokens. */
export function addTokenRoutes(router: DialectRouter, deps: EnfaceDeps): void {
  const { accounts } = deps;

  router.post('/user/login', 'nothing', async (ctx) => {
    const { email: login, password, valid_days: days } = await readFields(ctx, deps, loginBody);
    const expiresAtMs = accounts.latestMs() + days * dayMs;
    const ask = { login, password, client: ctx.ip, expiresAtMs };
    // A wrong login is 403 and not, as every other wrong credential, 401.
    const token = await instead(accounts.login(ask), 'credential-unknown', refusals.loginDenied);
    ctx.body = { status: 'ok', token };
  });

  const listTokens = async (ctx: RequestContext) =>
    (await accounts.listTokens(callerOf(ctx))).map(toWireToken);
  router.get('/tokens', 'read', async (ctx) => {
    ctx.body = { tokens: await listTokens(ctx) };
  });
  router.post('/tokens', 'read', async (ctx) => {
    ctx.body = await listTokens(ctx);
  });

  router.post('/token/create', 'write', async (ctx) => {
    const { valid_days = 1, expires } = await readFields(ctx, deps, newTokenBody);
    const expiresAtMs = toInstant(accounts.latestMs(), { valid_days, expires });
    const token = await accounts.createToken(callerOf(ctx), expiresAtMs);
    ctx.status = 201;
    ctx.body = { status: 'ok', message: 'new token created', token: toWireToken(token) };
  });
  router.on(['put', 'post'], '/token/update', 'write', async (ctx) => {
    const { token_id: secret, ...expiry } = await readFields(ctx, deps, tokenUpdateBody);
    if (expiry.expires === undefined && expiry.valid_days === undefined)
      throw refused(400, 'nothing to change');
    const isThere = await accounts.setTokenExpiry(
      callerOf(ctx),
      secret,
      toInstant(accounts.latestMs(), expiry),
    );
    if (!isThere) throw tokenUnknown();
    ctx.body = { status: 'ok', message: 'token updated' };
  });
  router.on(['delete', 'post'], '/token/delete', 'write', async (ctx) => {
    const { token_id: secret } = await readFields(ctx, deps, tokenBody);
    if (!(await accounts.deleteToken(callerOf(ctx), secret))) throw tokenUnknown();
    ctx.body = { status: 'ok', message: 'token deleted' };
  });
}

/** `undefined` is never. */
function toInstant(startMs: number, { valid_days: days = 1, expires }: Expiry): number | undefined {
  if (expires === 'never') return undefined;
  return expires === undefined ? startMs + days * dayMs : Date.parse(expires);
}

function toWireToken({ secret, expiresAtMs }: AccountToken): { id: string; expires: string } {
  return {
    id: secret,
    expires: expiresAtMs === undefined ? 'never' : new Date(expiresAtMs).toISOString(),
  };
}

function tokenUnknown() {
  return failed('token with this id does not found');
}
