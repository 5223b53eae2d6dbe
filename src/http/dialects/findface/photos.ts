import { createHash } from 'node:crypto';
import { AppError } from '../../../domain/errors.ts';
import { ownTurn } from '../../body/own-turn.ts';
import type { RequestContext } from '../../dialect.ts';
import type { FindFaceDeps } from './deps.ts';
import type { Parameters } from './parameters.ts';

export type Photo = {
  readonly bytes: Uint8Array;
  /** Where it came from, when it was not uploaded. */
  readonly url?: string;
};

/** An uploaded file, or what lies at a URL. `bad-input` without either; rejects as `PictureFetcher` does. */
export async function readPhoto(
  ctx: RequestContext,
  { fetcher }: Pick<FindFaceDeps, 'fetcher'>,
  { parameters: { values, files }, name }: { parameters: Parameters; name: string },
): Promise<Photo> {
  const bytes = files.get(name);
  if (bytes) return { bytes };
  const url = values[name];
  if (typeof url !== 'string' || url.trim() === '')
    throw new AppError('bad-input', `${name}: must be an uploaded image or the URL of one`);
  return { bytes: await fetcher.fetch(url.trim(), ctx.state.signal), url: url.trim() };
}

/** Hashing takes some two milliseconds a MiB. */
const bytesATurn = 1024 * 1024;

/** MD5 as hex, as the vendor tells pictures apart. */
export async function md5Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('md5');
  for (let at = 0; at < bytes.length; at += bytesATurn) {
    await ownTurn();
    hash.update(bytes.subarray(at, at + bytesATurn));
  }
  return hash.digest('hex');
}
