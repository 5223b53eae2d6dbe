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

test.each([0, 4, 15])(
  'kill −9 %i ms after somebody is erased: the next life forgets her in the events that are left',
  async (afterMs) => {
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

    const child = spawn(process.execPath, [leaver, dir, personId], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    setTimeout(() => child.kill('SIGKILL'), afterMs);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

    const second = await openLmdbStore({ dir });
    expect(await second.gallery.findErasure(personId)).toBeDefined();
    expect(await second.history.listPartings()).toEqual([{ personId }]);
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
