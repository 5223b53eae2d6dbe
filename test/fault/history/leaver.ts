import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { withOwn } from '../../../src/primitives/with-own.ts';
import { galleryWithHistory } from '../../../src/services/gallery-with-history.ts';
import { createHistory } from '../../../src/services/history.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

/**
 * Erases a person who has many events, and kills itself when the first so many of them have forgotten her:
 * `node leaver.ts <folder> <person> <events>`.
 */
const [dir, personId, forgotten] = process.argv.slice(2) as [string, string, string];
const store = await openLmdbStore({ dir });
const policy = { keepDays: 30, keepAtMost: 1_000_000, onErasure: 'anonymise' } as const;
const history = createHistory({ ...store, policy, log: silentLog });
const watched = withOwn(store.gallery, {
  erase: async (id) => {
    const receipt = await store.gallery.erase(id);
    killWhenForgotten(Number(forgotten));
    return receipt;
  },
});

async function killWhenForgotten(events: number): Promise<void> {
  // They forget her in the order of their numbers.
  const areDone = async () => events === 0 || (await store.history.find(events))!.candidates.length === 0;
  while (!(await areDone())) await nextTurn();
  process.kill(process.pid, 'SIGKILL');
}

await galleryWithHistory(watched, history).erase(personId);
