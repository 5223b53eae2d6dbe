import { readFileSync } from 'node:fs';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { randomUnits } from '../../fixtures/vectors.ts';
import { settledBytes } from '../search/settled-bytes.ts';
import { collection, modelId } from './filled-store.ts';

/** What a process measured that opened a store. */
export type Opened = {
  /** From the beginning of opening to the answer of a search. */
  readonly answeredMs: number;
  /** … to the end of loading: it is known of everybody whether she may be found. */
  readonly loadedMs: number;
  readonly rssBytes: number;
  /** Of these what is not mapped of files. */
  readonly ownBytes: number;
};

const [dir = '', dimensions = ''] = process.argv.slice(2);
const probe = randomUnits(1, Number(dimensions), 5);
const start = performance.now();
const store = await openLmdbStore({ dir });
await firstAnswer(store.gallery);
const answeredMs = performance.now() - start;
await store.loaded();
const loadedMs = performance.now() - start;
const rssBytes = await settledBytes();
const opened: Opened = { answeredMs, loadedMs, rssBytes, ownBytes: ownBytes() };
process.stdout.write(JSON.stringify(opened));
await store.close();

/** As a caller would: who is told that the collection is being loaded asks again. */
async function firstAnswer(gallery: Gallery): Promise<void> {
  const { id } = (await gallery.findCollection(collection))!;
  const wish = {
    collectionIds: [id],
    modelId,
    probes: [probe],
    limit: 1,
    minScore: -1,
    distinctPersons: true,
  };
  for (;;) {
    try {
      const [hits] = await gallery.search(wish);
      if (hits?.length !== 1) throw new Error('Nobody was found');
      return;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'starting')) throw error;
    }
  }
}

function ownBytes(): number {
  const [, kib] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kib) * 1024;
}
