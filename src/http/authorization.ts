import type { RequestContext } from './dialect.ts';

type WithHeaders = Pick<RequestContext, 'get'>;

/** What stands behind the scheme's word in the header `Authorization`; `undefined` when there is none of that scheme. */
export function secretAfter(scheme: string, ctx: WithHeaders): string | undefined {
  const [word, secret, ...more] = ctx.get('Authorization').trim().split(/\s+/);
  const isIt = word?.toLowerCase() === scheme.toLowerCase() && more.length === 0;
  return isIt ? secret : undefined;
}

/** `login:password` from the header `Authorization`, bare or as `Basic`; `undefined` when there is nothing of the kind. */
export function loginAndPassword(ctx: WithHeaders): string | undefined {
  const packed = secretAfter('Basic', ctx);
  const text =
    packed === undefined ? ctx.get('Authorization').trim() : Buffer.from(packed, 'base64').toString();
  return text.includes(':') ? text : undefined;
}
