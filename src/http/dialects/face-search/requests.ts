import type { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { isJson } from '../../body/media-type.ts';
import { readPictureJson } from '../../body/read-json-pictures.ts';
import { refuseLongText } from '../../body/refuse-long-text.ts';
import type { RequestContext } from '../../dialect.ts';
import type { FaceSearchDeps } from './deps.ts';
import { pictureUndecodable } from './errors.ts';

/** A JSON body; `decode` opens those of its strings that are pictures. */
export async function readBody<Schema extends z.ZodType>(
  ctx: RequestContext,
  { bodyLimits }: Pick<FaceSearchDeps, 'bodyLimits'>,
  schema: Schema,
): Promise<{ body: z.output<Schema>; decode: (text: string) => Buffer }> {
  if (!isJson(ctx)) throw new AppError('unsupported-media', 'The body must be application/json');
  const json = await readPictureJson(ctx.req, bodyLimits);
  refuseLongText(json, picturePaths);
  const { value, decode } = json;
  return { body: check(schema, value), decode: (text) => decodePicture(decode, text) };
}

const picturePaths = /^([Pp]ersons\.\d+\.)?(face|ref_face|multi_face_img)_base_64$/;

function decodePicture(decode: (text: string) => Buffer, text: string): Buffer {
  try {
    return decode(text);
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-input') throw pictureUndecodable();
    throw error;
  }
}

/** What names a person: in the query or, as some clients send it with any method, in a JSON body. */
export async function readQueryOrBody<Schema extends z.ZodType>(
  ctx: RequestContext,
  deps: Pick<FaceSearchDeps, 'bodyLimits'>,
  schema: Schema,
): Promise<z.output<Schema>> {
  return isJson(ctx) ? (await readBody(ctx, deps, schema)).body : check(schema, ctx.query);
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new AppError('bad-input', mistakes.join('; '));
}
