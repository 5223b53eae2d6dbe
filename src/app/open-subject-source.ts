import { addressPolicy } from '../adapters/picture-fetcher/https/address-policy.ts';
import { askOnce, bareHost } from '../adapters/picture-fetcher/https/ask-once.ts';
import { nameServers } from '../adapters/picture-fetcher/https/resolve-host.ts';
import { openCompreFaceSource } from '../adapters/subject-source/compreface/open-compreface-source.ts';
import type { Settings } from '../config/schema.ts';
import { AppError } from '../domain/errors.ts';
import type { SubjectSource } from '../domain/ports/subject-source.ts';
import type { SourceWish } from '../services/compreface-imports.ts';

/** Ports below belong to other services, which could be made to take a request for one of theirs. */
const leastPort = 1_024;
/** Its database may take a while for a long list. */
const silenceMs = 20_000;

/**
 * A CompreFace at any address for who is on the box; for who is afar at those from which `fetch.allow` lets pictures be
 * fetched, by the same rules.
 */
export function openSubjectSource(
  {
    fetch,
    limits,
  }: { fetch: Pick<Settings['fetch'], 'allow'>; limits: Pick<Settings['limits'], 'pictureBytes'> },
  { url, key, isLocal }: SourceWish,
): SubjectSource {
  return openCompreFaceSource({
    ...{ url, key, maxPictureBytes: limits.pictureBytes },
    async ask({ url, headers, signal }) {
      const address = isLocal ? bareHost(url) : await allowedAddress(fetch.allow, url, signal);
      return askOnce({ url, address, headers, signal, silenceMs });
    },
  });
}

async function allowedAddress(
  allow: Settings['fetch']['allow'],
  url: URL,
  signal: AbortSignal,
): Promise<string> {
  const refused = () =>
    new AppError(
      'url-refused',
      'This address is not asked for a caller from afar: begin the import on the box itself',
    );
  if (allow === 'nothing' || (url.port !== '' && Number(url.port) < leastPort)) throw refused();
  const addresses = await nameServers()(bareHost(url), signal);
  const [address] = addresses;
  const mayAsk = addressPolicy({ allowPrivate: allow === 'private' });
  if (address === undefined || !addresses.every(mayAsk)) throw refused();
  return address;
}
