import type { RequestContext } from './dialect.ts';

type WithQuery = Pick<RequestContext, 'querystring'>;

/**
 * Reads the parameters of requests as they were given, in their order. Clients put a second `?` where an `&` belongs:
 * before one of these known names it counts as one.
 */
export function parameterReader(
  known: readonly string[],
): (ctx: WithQuery) => [name: string, value: string][] {
  const separator = new RegExp(`&|\\?(?=(?:${known.join('|')})=)`);
  return ({ querystring }) =>
    querystring.split(separator).flatMap((piece) => [...new URLSearchParams(piece)]);
}
