import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { FaceCrop } from '../../../src/domain/face.ts';
import { unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { tellingFace, turned, turnedModel } from '../../fixtures/gallery/telling-crops.ts';

const switcher = join(import.meta.dirname, 'switcher.ts');
const references = 600;
const none = { repaired: 0, repairable: 0, lost: 0 };
const wish = {
  modelId: 'model-b',
  signal: new AbortController().signal,
  onProgress: async () => undefined,
  graceMs: 0,
};

function directionOf(at: number): [number, number, number] {
  return [at, 1, 500];
}

async function fillStore(dir: string): Promise<void> {
  const { gallery, close } = await openLmdbStore({ dir });
  const { id } = await gallery.createCollection('door', 'Door');
  const enrol = (_: unknown, at: number) => gallery.enrol(id, `p-${at}`, tellingFace(directionOf(at)));
  await Promise.all(Array.from({ length: references }, enrol));
  await close();
}

/** Templates that the store makes before it writes them together. */
const madeAtOnce = 16;

/** Kills the change when it has told so many lines that say this; tells how many there were at its end. */
async function switchUntilKilled(dir: string, word: string, times: number): Promise<number> {
  const child = spawn(process.execPath, [switcher, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === word && ++told === times) child.kill('SIGKILL');
  }
  await ended;
  return told;
}

/** Whether everybody is found first by her own template of this model, and by no other model. */
async function expectAllFound(
  { gallery }: LmdbStore,
  modelId: string,
  probeOf: (at: number) => Float32Array,
) {
  const { id } = (await gallery.findCollection('door'))!;
  const ask = { collectionIds: [id], limit: 1, minScore: -1, distinctPersons: true };
  const all = Array.from({ length: references }, (_, at) => at);
  const found = await gallery.search({ ...ask, modelId, probes: all.map(probeOf) });
  expect(found.map(([first]) => first?.key)).toEqual(all.map((at) => `p-${at}`));
  const other = modelId === 'model-a' ? 'model-b' : 'model-a';
  expect(await gallery.search({ ...ask, modelId: other, probes: [probeOf(0)] })).toEqual([[]]);
  expect(gallery.counts()).toMatchObject({ references });
}

test.for([1, 50, 300, references])(
  'kill −9 after %i templates of a new model leaves the old one serving, and the change goes on from there',
  async (times) => {
    const dir = await ownFolder();
    await fillStore(dir);
    const told = await switchUntilKilled(dir, 'embedded', times);

    const store = await openLmdbStore({ dir });
    await store.loaded();
    let embedded = 0;
    const embed = (crop: FaceCrop) => {
      embedded++;
      return turnedModel('model-b')(crop);
    };
    if (store.templateModels.serving() === undefined) {
      await expectAllFound(store, 'model-a', (at) => unit(...directionOf(at)));
      expect((await store.verify({ ...wish, repair: false })).counts).toEqual(none);
    }
    expect(await store.templateModels.switchTo({ ...wish, embed })).toMatchObject({ left: 0 });
    // What was written is not made again, and what was not is: only those made last were still to be written.
    const written = told - (((told - 1) % madeAtOnce) + 1);
    expect(embedded).toBeLessThanOrEqual(references - written);
    expect(embedded).toBeGreaterThanOrEqual(references - told);
    await expectAllFound(store, 'model-b', (at) => turned(directionOf(at)));
    expect((await store.verify({ ...wish, repair: false })).counts).toEqual(none);
    await store.close();
  },
);

test('kill −9 while the new templates take the place of the old ones leaves the new model serving', async () => {
  const dir = await ownFolder();
  await fillStore(dir);
  await switchUntilKilled(dir, 'serving', 1);

  const store = await openLmdbStore({ dir });
  await store.loaded();
  expect(store.templateModels.serving()).toBe('model-b');
  await expectAllFound(store, 'model-b', (at) => turned(directionOf(at)));
  expect((await store.verify({ ...wish, repair: false })).counts).toEqual(none);
  expect(await store.templateModels.listLeft({ limit: 1 })).toEqual([]);
  await store.close();
});
