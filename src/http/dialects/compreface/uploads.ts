import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { isJson, isMultipart } from '../../body/media-type.ts';
import { readJson } from '../../body/read-json.ts';
import { readPictureJson } from '../../body/read-json-pictures.ts';
import { readMultipart } from '../../body/read-multipart.ts';
import type { RequestContext } from '../../dialect.ts';
import { refusals } from './errors.ts';

/** Numbers and names are dear to parse: 190 embeddings of 128 numbers fit into this, or 13,000 ids. */
const maxPlainJsonBytes = 512 * 1024;

const extensions = new Set(['tif', 'tiff', 'jpg', 'jpeg', 'png', 'bmp', 'ico', 'gif', 'webp']);

/** Refuses content types that an upload cannot have, before anything else of the request is looked at. */
export function requireUploadType(ctx: RequestContext): void {
  if (!isMultipart(ctx) && !isJson(ctx)) throw unsupportedType();
}

/** Refuses a body that is not JSON by its content type. */
export function requireJsonType(ctx: RequestContext): void {
  if (!isJson(ctx)) throw unsupportedType();
}

/** A JSON body of base64 strings; a multipart body has files of the same names. */
type PicturesBody = z.ZodObject<Readonly<Record<string, z.ZodString>>>;

/** The pictures that the schema names, in its order, from a multipart body's files or a JSON body's strings. */
export async function readPictures(
  ctx: RequestContext,
  limits: BodyLimits,
  schema: PicturesBody,
): Promise<Buffer[]> {
  const names = Object.keys(schema.shape);
  if (isMultipart(ctx)) return readFiles(ctx, limits, names);
  const { value, decode } = await readPictureJson(ctx.req, limits);
  const body = check(z.record(z.string(), z.unknown()), value);
  return names.map((name) => {
    if (body[name] === undefined || body[name] === null) throw refusals.partMissing(name);
    return decode(check(schema.shape[name]!, body[name]));
  });
}

/** A JSON body of that form, without pictures; anything else is unreadable. */
export async function readJsonBody<Schema extends z.ZodType>(
  ctx: RequestContext,
  limits: BodyLimits,
  schema: Schema,
): Promise<z.output<Schema>> {
  const maxJsonBytes = Math.min(limits.maxJsonBytes, maxPlainJsonBytes);
  return check(schema, await readJson(ctx.req, { ...limits, maxJsonBytes }));
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw refusals.unreadable();
  return result.data;
}

async function readFiles(
  ctx: RequestContext,
  limits: BodyLimits,
  names: readonly string[],
): Promise<Buffer[]> {
  const parts = await readMultipart(ctx.req, limits);
  const files = names.map((name) => {
    const file = parts.find((part) => part.name === name && part.fileName !== undefined);
    if (!file) throw refusals.partMissing(name);
    return file;
  });
  for (const { fileName = '' } of files) {
    const extension = /\.([^.]*)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
    if (!extensions.has(extension)) throw refusals.extension(fileName);
  }
  return files.map(({ bytes }) => bytes);
}

function unsupportedType(): AppError {
  return new AppError('unsupported-media', 'The content type is not taken here');
}
