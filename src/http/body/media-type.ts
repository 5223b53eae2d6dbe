import type { RequestContext } from '../dialect.ts';

type WithHeaders = Pick<RequestContext, 'get'>;

export function isMultipart(ctx: WithHeaders): boolean {
  return mediaType(ctx) === 'multipart/form-data';
}

/** Fields as browsers send those of a form without files. */
export function isForm(ctx: WithHeaders): boolean {
  return mediaType(ctx) === 'application/x-www-form-urlencoded';
}

/** In a character set that is read as UTF-8. */
export function isJson(ctx: WithHeaders): boolean {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(ctx.get('Content-Type'))?.[1]?.toLowerCase() ?? 'utf-8';
  return mediaType(ctx) === 'application/json' && ['utf-8', 'utf8', 'us-ascii'].includes(charset);
}

function mediaType(ctx: WithHeaders): string {
  return (ctx.get('Content-Type').split(';')[0] ?? '').trim().toLowerCase();
}
