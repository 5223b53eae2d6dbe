import { AppError } from '../domain/errors.ts';
import type { PictureAsk } from './pictures.ts';

/** What is kept of an enrolled picture beside the crop, which always is: nothing, a thumbnail, or the file as it came. */
export type PicturePolicy = 'none' | 'thumbnail' | 'full';

/** A picture that was read with `enrolNeeds`: the file as it came, and what the analysis has made of it. */
export type ReadPicture = { readonly file: Uint8Array; readonly thumbnail?: Uint8Array | undefined };

/** What has to be asked of a picture whose faces may be enrolled. */
export function enrolNeeds(policy: PicturePolicy) {
  return { crop: true, thumbnail: policy === 'thumbnail' } as const satisfies Partial<PictureAsk>;
}

/** What the policy keeps of a picture; `internal` when the thumbnail was not asked for. */
export function keptOf(policy: PicturePolicy, { file, thumbnail }: ReadPicture): Uint8Array | undefined {
  if (policy !== 'thumbnail') return policy === 'full' ? file : undefined;
  if (!thumbnail) throw new AppError('internal', 'A picture is to be kept small that was not made small');
  return thumbnail;
}
