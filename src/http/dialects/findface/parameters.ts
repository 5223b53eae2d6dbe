import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { isForm, isJson, isMultipart } from '../../body/media-type.ts';
import { ownTurn } from '../../body/own-turn.ts';
import { parseJson } from '../../body/read-json.ts';
import { readMultipart } from '../../body/read-multipart.ts';
import { receiveWhole } from '../../body/receive-body.ts';
import type { RequestContext } from '../../dialect.ts';
import { parameterReader } from '../../query.ts';
import type { FindFaceDeps } from './deps.ts';

/** What a request says, wherever it says it: in JSON, in a form or in the query. A body goes before the query. */
export type Parameters = {
  readonly values: Readonly<Record<string, unknown>>;
  /** Uploads by the names of their parts. */
  readonly files: ReadonlyMap<string, Buffer>;
};

/** A URL has some 2 KB; a hundred boxes less. */
const maxPlainBytes = 64 * 1024;

const readQuery = parameterReader([
  ...[
    'limit',
    'max_id',
    'threshold',
    'n',
    'mf_selector',
    'photo',
    'cam_ids',
    'cam_id',
    'start',
    'end',
    'friend',
  ],
  'person_id',
]);

export async function readParameters(
  ctx: RequestContext,
  { bodyLimits }: Pick<FindFaceDeps, 'bodyLimits'>,
): Promise<Parameters> {
  const query = gather(readQuery(ctx));
  if (isMultipart(ctx)) {
    const parts = await readMultipart(ctx.req, bodyLimits);
    const files = new Map(
      parts.flatMap(({ name, fileName, bytes }) => (fileName === undefined ? [] : [[name, bytes]])),
    );
    const fields = parts.filter(({ fileName }) => fileName === undefined);
    const body = gather(fields.map(({ name, bytes }) => [name, bytes.toString()]));
    return { values: { ...query, ...body }, files };
  }
  const arrival = { maxBytes: maxPlainBytes, idleMs: bodyLimits.idleMs, totalMs: bodyLimits.totalMs };
  const body = await receiveWhole(ctx.req, arrival);
  await ownTurn();
  return { values: { ...query, ...readPlain(ctx, body, bodyLimits.maxJsonDepth) }, files: new Map() };
}

/** JSON or the fields of a form; clients send JSON under a form's name, and under none. */
function readPlain(ctx: RequestContext, body: Buffer, maxJsonDepth: number): Record<string, unknown> {
  const text = body.toString().trim();
  if (text === '') return {};
  if (!isForm(ctx) && !isJson(ctx) && ctx.get('Content-Type') !== '')
    throw new AppError('unsupported-media', 'The body must be multipart/form-data or application/json');
  if (isForm(ctx) && !text.startsWith('{')) return gather([...new URLSearchParams(text)]);
  const value = parseJson(body, maxJsonDepth);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppError('bad-input', 'The body must be a JSON object', { details: { body: 'json' } });
  return { ...value };
}

/** What comes several times is a list; what a script has not set is not there. */
function gather(fields: readonly (readonly [name: string, value: string])[]): Record<string, unknown> {
  const all = Map.groupBy(
    fields.filter(([, value]) => value !== 'undefined'),
    ([name]) => name,
  );
  return Object.fromEntries(
    Array.from(all, ([name, several]) => {
      const values = several.map(([, value]) => value);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/**
 * The parameters that are known; others are passed over. One that is null is not there, unless it says something.
 * `bad-input` names the first that is wrong.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  { values }: Pick<Parameters, 'values'>,
  nulls: 'with null' | 'without null' = 'without null',
): z.output<Schema> {
  const given = Object.entries(values).filter(([, value]) => nulls === 'with null' || value !== null);
  const checked = schema.safeParse(Object.fromEntries(given));
  if (checked.success) return checked.data;
  const { path, message } = checked.error.issues[0]!;
  throw new AppError('bad-input', `${path.join('.')}: ${message}`);
}

/** Numbers, also as text. */
export function numberSchema(
  least: number,
  most: number,
  error = `must be a number from ${least} to ${most}`,
) {
  return z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\s*-?\d+(\.\d+)?(e-?\d+)?\s*$/i)
          .transform(Number),
      ],
      { error },
    )
    .refine((value) => value >= least && value <= most, { error })
    .meta({ anyOf: undefined, type: 'number', minimum: least, maximum: most });
}

/** Whole numbers, also as text. */
export function wholeSchema(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return numberSchema(least, most, error)
    .refine(Number.isInteger, { error })
    .meta({ anyOf: undefined, type: 'integer', minimum: least, maximum: most });
}

/** More items of a page are not told; without a limit, or with 0, all are told, as they come. */
const mostOfPage = 1_000;

export const limitSchema = wholeSchema(0, Number.MAX_SAFE_INTEGER)
  .default(0)
  .transform((limit) => Math.min(limit, mostOfPage));

export const flagSchema = z
  .union([z.boolean(), z.stringbool(), z.literal([0, 1]).transform(Boolean)], {
    error: 'must be true or false',
  })
  .meta({ anyOf: undefined, type: 'boolean' });

/** Text; a number counts as its digits. */
export function textSchema(longest: number) {
  const error = `must be text of at most ${longest} characters`;
  return z
    .union([z.string(), z.number().transform(String)], { error })
    .refine((text) => text.length <= longest, { error })
    .meta({ anyOf: [{ type: 'string', maxLength: longest }, { type: 'number' }] });
}

/** An array; as text also JSON, or its items with commas between them. */
export function listSchema<Item extends z.ZodType>(item: Item, most: number) {
  return z.preprocess(
    toList,
    z.array(item, { error: 'must be an array' }).max(most, { error: `may have at most ${most} items` }),
  );
}

/** Texts, as `listSchema` has them. */
export function textsSchema(longest: number, most: number) {
  const text = { type: ['string', 'number'], maxLength: longest };
  return listSchema(textSchema(longest), most).meta({
    ...{ type: undefined, items: undefined, maxItems: undefined },
    anyOf: [{ type: 'array', items: text, maxItems: most }, { type: 'string' }],
  });
}

function toList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const read = readJsonText(value);
  if (read !== undefined) return Array.isArray(read) ? read : [read];
  return value.split(',').flatMap((item) => item.trim() || []);
}

/** The value of text that is an array or an object. */
export function readJsonText(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
