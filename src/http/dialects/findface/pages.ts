import type { RequestContext } from '../../dialect.ts';

/** `/v0/history/search?max_id=4`: the path below the prefix, with what else stood in the query. */
export function nextEvents(ctx: RequestContext, maxId: number): string {
  return `${bare(ctx.path)}?${queryWith(ctx, maxId)}`;
}

/** `/faces/?max_id=2333`: the vendor's link to faces has no version. */
export function nextFaces(ctx: RequestContext, maxId: number): string {
  return `${bare(ctx.path).replace(/^\/v[01](?=\/)/, '')}/?${queryWith(ctx, maxId)}`;
}

function bare(path: string): string {
  return path.replace(/^\/findface(?=\/)/, '').replace(/\/$/, '');
}

function queryWith({ querystring }: RequestContext, maxId: number): string {
  const others = [...new URLSearchParams(querystring)].filter(([name]) => name !== 'max_id');
  return new URLSearchParams([['max_id', String(maxId)], ...others]).toString();
}
