import type { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { isJson, isMultipart } from '../../body/media-type.ts';
import { ownTurn } from '../../body/own-turn.ts';
import { parseJson } from '../../body/read-json.ts';
import { type Part, readMultipart } from '../../body/read-multipart.ts';
import { receiveWhole } from '../../body/receive-body.ts';
import type { RequestContext } from '../../dialect.ts';
import { refusals, refused } from './errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a request says, in whatever form it came. */
export type EnfaceBody = { readonly fields: Fields; readonly files: readonly Part[] };

/** Beside pictures: `fields` of persons are the longest that there is. */
const maxPlainBytes = 256 * 1024;
/** A hundred pictures, a person's `fields` one by one, and all options. */
const maxParts = 1_200;

const bodies = new WeakMap<object, Promise<EnfaceBody>>();

/** The body, which is read once: the credential may stand in it. No body at all says nothing. */
export function bodyOf(ctx: RequestContext, limits: BodyLimits): Promise<EnfaceBody> {
  const known = bodies.get(ctx.req);
  if (known) return known;
  const body = read(ctx, limits);
  bodies.set(ctx.req, body);
  return body;
}

/** What the schema knows of a body; all else is passed over. */
export async function readFields<Schema extends z.ZodType>(
  ctx: RequestContext,
  { bodyLimits }: { readonly bodyLimits: BodyLimits },
  schema: Schema,
): Promise<z.output<Schema>> {
  const { fields, files } = await bodyOf(ctx, bodyLimits);
  if (files.length > 0) throw unexpectedField();
  return check(schema, fields);
}

export type PicturePart = { readonly name: 'image' | 'images'; readonly atMost: number };

/** As `readFields`, with the pictures of that part: at least one. */
export async function readPictures<Schema extends z.ZodType>(
  ctx: RequestContext,
  { bodyLimits }: { readonly bodyLimits: BodyLimits },
  { schema, part }: { readonly schema: Schema; readonly part: PicturePart },
): Promise<{ options: z.output<Schema>; images: Buffer[] }> {
  const { fields, files } = await bodyOf(ctx, bodyLimits);
  if (files.length > part.atMost || files.some(({ name }) => name !== part.name)) throw unexpectedField();
  const options = check(schema, fields);
  if (files.length === 0) throw refused(400, 'no image attached');
  return { options, images: files.map(({ bytes }) => bytes) };
}

function unexpectedField() {
  return refused(400, 'unexpected field');
}

function check<Schema extends z.ZodType>(schema: Schema, fields: Fields): z.output<Schema> {
  const checked = schema.safeParse(fields);
  if (!checked.success) throw refusals.invalidSchema();
  return checked.data;
}

async function read(ctx: RequestContext, limits: BodyLimits): Promise<EnfaceBody> {
  if (isMultipart(ctx)) return readParts(ctx, limits);
  const { idleMs, totalMs, maxJsonBytes, maxJsonDepth } = limits;
  const maxBytes = Math.min(maxJsonBytes, maxPlainBytes);
  const bytes = await receiveWhole(ctx.req, { maxBytes, idleMs, totalMs });
  if (bytes.length === 0) return { fields: queryOf(ctx), files: [] };
  const type = ctx.get('Content-Type');
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return { fields: toFields([...new URLSearchParams(bytes.toString())]), files: [] };
  }
  // Some clients send JSON without saying so.
  if (type !== '' && !isJson(ctx) && !/^text\/plain\b/i.test(type)) {
    throw new AppError('unsupported-media', 'The content type is not taken here');
  }
  await ownTurn();
  const value = parseJson(bytes, maxJsonDepth);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusals.invalidSchema();
  // What is null counts as not said.
  const said = Object.entries(value).filter(([, one]) => one !== null);
  return { fields: Object.fromEntries(said), files: [] };
}

/** What is asked without a body may stand in the path's query; but no secret does. */
function queryOf({ querystring }: RequestContext): Fields {
  const { token: _, ...fields } = toFields([...new URLSearchParams(querystring)]);
  return fields;
}

/** 10 MB are documented for a request, so that a single picture may be as large as all together. */
async function readParts(ctx: RequestContext, limits: BodyLimits): Promise<EnfaceBody> {
  const maxFileBytes = limits.maxMultipartBytes;
  const parts = await readMultipart(ctx.req, { ...limits, maxFileBytes, maxParts });
  const isFile = ({ fileName }: Part) => fileName !== undefined;
  const fields = parts.filter((part) => !isFile(part)).map(({ name, bytes }) => [name, bytes.toString()]);
  const files = parts.filter(isFile).map((part) => ({ ...part, name: plainName(part.name) }));
  return { fields: toFields(fields as [string, string][]), files };
}

/** Names that come several times, or as `name[]` or `name[0]`, are arrays. */
function toFields(given: readonly (readonly [name: string, value: string])[]): Fields {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of given) {
    const plain = plainName(name);
    const before = fields.get(plain);
    if (before === undefined) fields.set(plain, plain === name ? value : [value]);
    else if (Array.isArray(before)) before.push(value);
    else fields.set(plain, [before, value]);
  }
  return Object.fromEntries(fields);
}

function plainName(name: string): string {
  return name.replace(/\[\d*\]$/, '');
}
