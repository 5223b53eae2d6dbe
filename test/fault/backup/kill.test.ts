import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { fill, namesIn, places, restored, secret } from './backups.ts';

const kills = 4;

test('a process that is killed while it makes backups leaves whole ones only, and the next clears up', async () => {
  const { dir, backups, again } = places(await ownFolder());
  const store = await openLmdbStore({ dir });
  await fill(store, 60);
  const digest = await store.gallery.digest();
  await store.close();
  for (let round = 0; round < kills; round++) {
    const maker = spawn(process.execPath, [join(import.meta.dirname, 'maker.ts'), dir, backups], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(maker.stdout!, 'data');
    await delay(20 * round);
    maker.kill('SIGKILL');
    await once(maker, 'exit');
  }
  const last = await openLmdbStore({ dir });
  await last.backups.make({ dir: backups, secret });
  await last.close();
  const names = await namesIn(backups);
  expect(names.length).toBeGreaterThan(kills);
  for (const name of names) {
    expect(name).toMatch(/\.backup$/);
    await restored({ file: join(backups, name), dir: again }, async ({ gallery }) =>
      expect(await gallery.digest()).toBe(digest),
    );
    await rm(again, { recursive: true });
  }
});
