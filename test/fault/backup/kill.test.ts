import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { fill, namesIn, places, restored, secret } from './backups.ts';

const killedAtBytes = [0, 1, 2 ** 20, 3 * 2 ** 20];
const isDraft = (name: string) => name.endsWith('.draft');

test('a process that is killed while it makes backups leaves whole ones only, and the next clears up', async () => {
  const { dir, backups, again } = places(await ownFolder());
  const store = await openLmdbStore({ dir });
  await fill(store, 200);
  const digest = await store.gallery.digest();
  await store.close();
  for (const bytes of killedAtBytes) {
    const maker = join(import.meta.dirname, 'maker.ts');
    const child = spawn(process.execPath, [maker, dir, backups, String(bytes)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    // It was at one.
    expect((await namesIn(backups)).filter(isDraft)).toHaveLength(1);
  }
  const last = await openLmdbStore({ dir });
  await last.backups.make({ dir: backups, secret });
  await last.close();
  const names = await namesIn(backups);
  expect(names.length).toBeGreaterThan(killedAtBytes.length);
  for (const name of names) {
    expect(name).toMatch(/\.backup$/);
    await restored({ file: join(backups, name), dir: again }, async ({ gallery }) =>
      expect(await gallery.digest()).toBe(digest),
    );
    await rm(again, { recursive: true });
  }
});
