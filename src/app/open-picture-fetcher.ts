import { openHttpsPictureFetcher } from '../adapters/picture-fetcher/https/open-https-picture-fetcher.ts';
import { openMemoryPictureFetcher } from '../adapters/picture-fetcher/memory/open-memory-picture-fetcher.ts';
import type { Settings } from '../config/schema.ts';
import type { PictureFetcher } from '../domain/ports/picture-fetcher.ts';

/** Fetches what the operator allows; without leave nothing is asked. */
export function openPictureFetcher({ fetch, limits }: Settings): PictureFetcher {
  const { allow, totalMs, silenceMs } = fetch;
  if (allow === 'nothing') return openMemoryPictureFetcher();
  const maxBytes = limits.pictureBytes;
  return openHttpsPictureFetcher({ allowPrivate: allow === 'private', maxBytes, totalMs, silenceMs });
}
