import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const rounds = 8;
const keyMaker = join(import.meta.dirname, 'key-maker.ts');

/** The names of the sets that were told as made before the process was killed. */
async function makeKeysUntilKilled(dir: string, round: number): Promise<string[]> {
  const child = spawn(process.execPath, [keyMaker, dir, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    // The lanes keep step, so a line tells where they are: each round kills a little further from it.
    if (told.length === 10) setTimeout(() => child.kill('SIGKILL'), round / 2);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return told;
}

test(`kill −9 while keys are made, ${rounds} times, leaves no set of keys half made`, async () => {
  const dir = await ownFolder();
  const told: string[] = [];
  for (let round = 0; round < rounds; round++) {
    told.push(...(await makeKeysUntilKilled(dir, round)));
    const store = await openLmdbStore({ dir });
    const servicesOf = Map.groupBy(await store.credentials.list(), ({ name }) => name);
    expect([...servicesOf.keys()]).toEqual(expect.arrayContaining(told));
    for (const set of servicesOf.values()) {
      expect(set.map(({ services }) => services[0]).toSorted()).toEqual([
        'detection',
        'recognition',
        'verification',
      ]);
    }
    await store.close();
  }
});
