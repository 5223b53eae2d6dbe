import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { readJson } from '../../body/read-json.ts';
import { readMultipart } from '../../body/read-multipart.ts';
import { receiveWhole } from '../../body/receive-body.ts';
import type { RequestContext } from '../../dialect.ts';

/** The value that stands in the path where the route's pattern has the name. */
export function readParameter(
  { params }: { params: Record<string, string | undefined> },
  name: string,
): string {
  const value = params[name];
  if (value === undefined) throw new AppError('internal', `The route has no parameter ${name}`);
  return value;
}

/** A comma-separated list of values. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .transform((list) => list.split(',').filter((one) => one !== ''))
    .pipe(z.array(item))
    .meta({ description: 'Comma-separated', pattern: patternOfList(item) });
}

function patternOfList(item: z.ZodType): string {
  const { enum: values, pattern = '^[^,]+$' } = z.toJSONSchema(item, { io: 'input' });
  const one = values ? values.join('|') : pattern.slice(1, -1);
  return `^(?:${one})(?:,(?:${one}))*$`;
}

/** A time as ISO 8601; milliseconds since 1970. */
export const instantSchema = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** The query in the form of the schema, else `bad-input`; a parameter that is given twice has no form. */
export function readQuery<Schema extends z.ZodType>(ctx: RequestContext, schema: Schema): z.output<Schema> {
  return check(schema, { ...ctx.query });
}

/** The JSON body in the form of the schema, else `bad-input`. */
export async function readBody<Schema extends z.ZodType>(
  ctx: RequestContext,
  limits: BodyLimits,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!ctx.is('application/json'))
    throw new AppError('unsupported-media', 'Expected a body of application/json');
  return check(schema, await readJson(ctx.req, limits));
}

/** The body as it is, a picture's bytes. */
export async function readPicture(ctx: RequestContext, limits: BodyLimits): Promise<Uint8Array> {
  if (ctx.is('application/json', 'multipart/*', 'application/x-www-form-urlencoded')) {
    throw new AppError('unsupported-media', 'Expected the bytes of a picture as the body');
  }
  const arrival = { maxBytes: limits.maxFileBytes, idleMs: limits.idleMs, totalMs: limits.totalMs };
  return receiveWhole(ctx.req, arrival);
}

/** The pictures in the files of a multipart body, in the order of their names. */
export async function readPictures(
  ctx: RequestContext,
  limits: BodyLimits,
  names: readonly string[],
): Promise<Uint8Array[]> {
  if (!ctx.is('multipart/form-data')) {
    throw new AppError('unsupported-media', 'Expected a body of multipart/form-data');
  }
  const parts = await readMultipart(ctx.req, limits);
  return names.map((name) => {
    const part = parts.find((candidate) => candidate.name === name && candidate.fileName !== undefined);
    if (!part) throw new AppError('bad-input', `The file ${name} is missing`);
    return part.bytes;
  });
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'request'}: ${message}`,
  );
  throw new AppError('bad-input', mistakes.join('; '));
}
