import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { createHistory } from '../../../src/services/history.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

const leaver = join(import.meta.dirname, 'leaver.ts');
const eventsOfHers = 4_000;

test.each([0, 1, 1_000])(
  'kill −9 when %i events have forgotten somebody who is erased: the next life forgets her in the others',
  async (forgotten) => {
    const dir = await ownFolder();
    const first = await openLmdbStore({ dir });
    const { id } = await first.gallery.createCollection('door', 'Door');
    const { personId } = await first.gallery.enrol(id, 'Ann', face([1, 0]));
    const candidates = [{ personId, referenceId: personId, score: 0.9 }];
    for (let atMs = 0; atMs < eventsOfHers; atMs += 500) {
      const some = Array.from({ length: 500 }, (_, index) => atMs + index);
      await first.history.add(
        some.map((each) => ({ kind: 'sighting', atMs: each, collectionIds: [id], candidates })),
      );
    }
    await first.close();

    const child = spawn(process.execPath, [leaver, dir, personId, String(forgotten)], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

    const second = await openLmdbStore({ dir });
    expect(await second.gallery.findErasure(personId)).toBeDefined();
    expect(await second.history.listPartings()).toEqual([{ personId }]);
    let knowing = 0;
    for await (const event of second.history.list({ order: 'oldest first' }))
      if (event.candidates.length > 0) knowing += 1;
    expect(knowing).toBeGreaterThan(0);
    expect(knowing).toBeLessThanOrEqual(eventsOfHers - forgotten);
    const policy = { keepDays: 30, keepAtMost: 1_000_000, onErasure: 'anonymise' } as const;
    const history = createHistory({ ...second, policy, log: silentLog });
    await history.settlePartings();
    let found = 0;
    for await (const event of second.history.list({ order: 'oldest first' })) {
      expect(event.candidates).toEqual([]);
      found += 1;
    }
    expect(found).toBe(eventsOfHers);
    expect(await second.history.listPartings()).toEqual([]);
    await second.close();
  },
);
