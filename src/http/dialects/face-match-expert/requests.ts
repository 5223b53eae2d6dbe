import type { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { isJson } from '../../body/media-type.ts';
import { readJson } from '../../body/read-json.ts';
import { readPictureJson } from '../../body/read-json-pictures.ts';
import { refuseLongText } from '../../body/refuse-long-text.ts';
import type { RequestContext } from '../../dialect.ts';
import type { FaceMatchExpertDeps } from './deps.ts';

type Limits = Pick<FaceMatchExpertDeps, 'bodyLimits'>;

/** Face data of the largest networks has 6 KB. */
const maxPlainBytes = 64 * 1024;

/** A JSON body without pictures. */
export async function readBody<Schema extends z.ZodType>(
  ctx: RequestContext,
  { bodyLimits }: Limits,
  schema: Schema,
): Promise<z.output<Schema>> {
  requireJson(ctx);
  return check(schema, await readJson(ctx.req, { ...bodyLimits, maxJsonBytes: maxPlainBytes }));
}

const picturePaths = /^(\d+\.)?image[12]?$/;

/** A JSON body of which some strings are pictures, for `decode` to open. */
export async function readPictures<Schema extends z.ZodType>(
  ctx: RequestContext,
  { bodyLimits }: Limits,
  schema: Schema,
): Promise<{ body: z.output<Schema>; decode: (text: string) => Buffer }> {
  requireJson(ctx);
  const json = await readPictureJson(ctx.req, bodyLimits);
  refuseLongText(json, picturePaths);
  return { body: check(schema, json.value), decode: json.decode };
}

function requireJson(ctx: RequestContext): void {
  if (!isJson(ctx)) throw new AppError('unsupported-media', 'The body must be application/json');
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new AppError('bad-input', mistakes.join('; '));
}
