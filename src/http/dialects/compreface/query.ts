import type { z } from 'zod';
import type { RequestContext } from '../../dialect.ts';
import { parameterReader } from '../../query.ts';
import { refusals } from './errors.ts';
import { parameterNames } from './wire.ts';

const givenParameters = parameterReader(parameterNames);

/**
 * The options of a request, as the schema has them. The first of several equal ones counts, empty ones count as absent
 * (but an empty subject, which is an error of its own), unknown ones are passed over.
 */
export function readQuery<Schema extends z.ZodType>(ctx: RequestContext, schema: Schema): z.output<Schema> {
  const given = new Map<string, string>();
  for (const [name, value] of givenParameters(ctx)) {
    if (!given.has(name) && (value !== '' || name === 'subject')) given.set(name, value);
  }
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  throw toRefusal(result.error);
}

/** A value out of its range is told so; one that cannot be read gets no words. */
function toRefusal({ issues }: z.ZodError): Error {
  const outOfRange = issues.filter(({ code }) => code === 'too_small' || code === 'too_big');
  if (outOfRange.length < issues.length) return refusals.unreadable();
  return refusals.constraint(outOfRange.map(({ message }) => `${message}; `).join(''));
}
