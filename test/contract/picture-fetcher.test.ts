import { openHttpsPictureFetcher } from '../../src/adapters/picture-fetcher/https/open-https-picture-fetcher.ts';
import { openMemoryPictureFetcher } from '../../src/adapters/picture-fetcher/memory/open-memory-picture-fetcher.ts';
import { mayAskPublic, publicAddress, startPictureServer } from '../fixtures/fetching/picture-server.ts';
import { pictureFetcherContract } from './picture-fetcher.ts';

pictureFetcherContract('https picture fetcher', async (bytes) => {
  const server = await startPictureServer({ '/picture': (response) => response.end(bytes) });
  const limits = { maxBytes: 1_000, totalMs: 5_000, silenceMs: 5_000 };
  return {
    fetcher: openHttpsPictureFetcher({ ...limits, allowPrivate: false, mayAsk: mayAskPublic }),
    url: `http://${publicAddress}:${server.port}/picture`,
    close: async () => server[Symbol.asyncDispose](),
  };
});

pictureFetcherContract('memory picture fetcher', async (bytes) => {
  const url = 'https://pictures.example/one';
  return {
    fetcher: openMemoryPictureFetcher(new Map([[url, bytes]])),
    url,
    close: async () => undefined,
  };
});
