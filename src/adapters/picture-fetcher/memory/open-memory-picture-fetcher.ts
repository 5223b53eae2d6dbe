import { AppError } from '../../../domain/errors.ts';
import type { PictureFetcher } from '../../../domain/ports/picture-fetcher.ts';

/** Has the pictures of these URLs and of no others; without any it is a fetcher that is off. */
export function openMemoryPictureFetcher(
  pictures: ReadonlyMap<string, Uint8Array> = new Map(),
): PictureFetcher {
  return {
    async fetch(url, signal) {
      if (signal.aborted) throw new AppError('cancelled', 'The caller has gone');
      const picture = pictures.get(url);
      if (!picture) throw new AppError('url-refused', 'Pictures are not fetched from this address');
      return picture;
    },
  };
}
