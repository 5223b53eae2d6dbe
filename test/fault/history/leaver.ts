import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { galleryWithHistory } from '../../../src/services/gallery-with-history.ts';
import { createHistory } from '../../../src/services/history.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

/** Erases a person who has many events: `node leaver.ts <folder> <person>`. Tells `erased` when nobody finds her. */
const [dir, personId] = process.argv.slice(2) as [string, string];
const store = await openLmdbStore({ dir });
const policy = { keepDays: 30, keepAtMost: 1_000_000, onErasure: 'anonymise' } as const;
const history = createHistory({ ...store, policy, log: silentLog });
const watched = withOwn(store.gallery, {
  erase: async (id) => {
    const receipt = await store.gallery.erase(id);
    writeSync(1, 'erased\n');
    return receipt;
  },
});
await galleryWithHistory(watched, history).erase(personId);
