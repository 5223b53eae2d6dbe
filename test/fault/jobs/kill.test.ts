import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const walker = join(import.meta.dirname, 'walker.ts');

/** What the walker told until it was killed, shortly after so many lines, or was done. */
async function walk(dir: string, { begin, lines }: { begin: boolean; lines: number }): Promise<string[]> {
  const child = spawn(process.execPath, [walker, dir, ...(begin ? ['begin'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (told.length === lines) setTimeout(() => child.kill('SIGKILL'), lines % 3);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return told;
}

test('kill −9 in the middle of a job, again and again: it goes on from what it saved last', async () => {
  const dir = await ownFolder();
  const saved: number[] = [0];
  let told: string[] = [];
  for (let life = 0; told.at(-1) !== 'done'; life++) {
    told = await walk(dir, { begin: life === 0, lines: 5 + life });
    saved.push(...told.filter((line) => line !== 'done').map(Number));
    expect(life).toBeLessThan(20);
  }
  // Each life goes on at least where the one before had said that it was.
  expect(saved).toEqual([...saved].sort((one, other) => one - other));
  const steps = (await readFile(join(dir, 'steps'), 'utf8')).trim().split('\n').map(Number);
  expect(new Set(steps).size).toBe(400);
  // What is done twice lies between what was saved and the kill.
  expect(steps.length).toBeLessThan(400 + 20 * 20);

  const store = await openLmdbStore({ dir: join(dir, 'store') });
  expect(await store.jobs.list({ limit: 9 })).toMatchObject([
    { state: 'done', report: { walked: 400 }, progress: { done: 400, total: 400 } },
  ]);
  await store.close();
});
