import type { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { readJson } from '../../body/read-json.ts';
import { readMultipart } from '../../body/read-multipart.ts';
import type { RequestContext } from '../../dialect.ts';
import { refusals } from './errors.ts';

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
type PicturesBody = z.ZodObject<Readonly<Record<string, z.ZodOptional<z.ZodNullable<z.ZodString>>>>>;

/** The pictures that the schema names, in its order, from a multipart body's files or a JSON body's strings. */
export async function readPictures(
  ctx: RequestContext,
  limits: BodyLimits,
  schema: PicturesBody,
): Promise<Buffer[]> {
  const names = Object.keys(schema.shape);
  if (isMultipart(ctx)) return readFiles(ctx, limits, names);
  const body = await readJsonBody(ctx, limits, schema);
  return names.map((name) => {
    const text = body[name];
    if (typeof text !== 'string') throw refusals.partMissing(name);
    return decodeBase64(text, limits.maxFileBytes);
  });
}

/** A JSON body of that form; anything else is unreadable. */
export async function readJsonBody<Schema extends z.ZodType>(
  ctx: RequestContext,
  limits: BodyLimits,
  schema: Schema,
): Promise<z.output<Schema>> {
  const result = schema.safeParse(await readJson(ctx.req, limits));
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

/**
 * Node's decoder passes over what it does not know, so the answer is as long as it should be only when every letter
 * counted; it also takes the letters of base64url, and looks at the low byte of letters that are no ASCII.
 */
function decodeBase64(text: string, maxBytes: number): Buffer {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const letters = text.length - padding;
  const wellPadded = padding === 0 || text.length % 4 === 0;
  const ascii = Buffer.byteLength(text) === text.length;
  if (
    letters === 0 ||
    letters % 4 === 1 ||
    !wellPadded ||
    !ascii ||
    text.includes('-') ||
    text.includes('_')
  ) {
    throw refusals.base64();
  }
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== Math.floor((letters * 3) / 4)) throw refusals.base64();
  if (bytes.length > maxBytes) {
    throw new AppError('too-large', 'The picture is larger than allowed', { details: { maxBytes } });
  }
  return bytes;
}

function isMultipart(ctx: RequestContext): boolean {
  return mediaType(ctx) === 'multipart/form-data';
}

function isJson(ctx: RequestContext): boolean {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(ctx.get('Content-Type'))?.[1]?.toLowerCase() ?? 'utf-8';
  return mediaType(ctx) === 'application/json' && ['utf-8', 'utf8', 'us-ascii'].includes(charset);
}

function mediaType(ctx: RequestContext): string {
  return (ctx.get('Content-Type').split(';')[0] ?? '').trim().toLowerCase();
}

function unsupportedType(): AppError {
  return new AppError('unsupported-media', 'The content type is not taken here');
}
