import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PictureFetcher } from '../../src/domain/ports/picture-fetcher.ts';

/** A fetcher that may ask at one address, where the bytes lie, and at no other. */
export type OpenFetcher = (bytes: Uint8Array) => Promise<{
  readonly fetcher: PictureFetcher;
  readonly url: string;
  readonly close: () => Promise<void>;
}>;

/** What everything that fetches pictures promises. */
export function pictureFetcherContract(name: string, open: OpenFetcher): void {
  describe(name, () => {
    const bytes = Buffer.from('a picture');
    let opened: Awaited<ReturnType<OpenFetcher>>;
    const never = new AbortController().signal;

    beforeEach(async () => {
      opened = await open(bytes);
    });
    afterEach(() => opened.close());

    test('brings what lies at an address, whole', async () => {
      expect(Buffer.from(await opened.fetcher.fetch(opened.url, never))).toEqual(bytes);
    });

    test.each([
      'http://127.0.0.1/picture',
      'http://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'no address at all',
      '',
    ])('refuses what nobody allows: %j', async (url) => {
      await expect(opened.fetcher.fetch(url, never)).rejects.toMatchObject({ code: 'url-refused' });
    });

    test('stops for a caller who has gone', async () => {
      await expect(opened.fetcher.fetch(opened.url, AbortSignal.abort())).rejects.toMatchObject({
        code: 'cancelled',
      });
    });
  });
}
