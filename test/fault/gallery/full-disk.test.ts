import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import type { Log } from '../../../src/domain/ports/log.ts';
import { annAmongOthers } from '../../contract/gallery-departure.ts';
import { face, unit } from '../../fixtures/gallery/faces.ts';
import { fillDisk, smallDisk } from '../../fixtures/gallery/small-disk.ts';

const needsRoot = 'Only root may mount the small disk that this test fills';

test('a full disk refuses writes, goes on answering, and recovers when there is room', async ({ skip }) => {
  const dir = await smallDisk(12);
  if (dir === undefined) return skip(needsRoot);
  const ballast = join(dir, 'ballast');
  await writeFile(ballast, Buffer.alloc(2_000_000, 1));
  const store = await openLmdbStore({ dir: join(dir, 'store') });
  const { gallery } = store;
  const { id } = await gallery.createCollection('door', 'Door');
  const enrolled: string[] = [];
  const refused: unknown[] = [];
  for (let at = 0; at < 100 && refused.length === 0; at++) {
    const more = at % 2 ? { picture: Buffer.alloc(150_000, at) } : {};
    const crop = { jpeg: Buffer.alloc(100_000, at), landmarks: face([1]).landmarks };
    const wishes = [0, 1, 2].map((lane) =>
      gallery.enrol(id, `${at}-${lane}`, face([1, at], { crop, ...more })),
    );
    for (const outcome of await Promise.allSettled(wishes)) {
      if (outcome.status === 'fulfilled') enrolled.push(outcome.value.id);
      else refused.push(outcome.reason);
    }
  }
  expect(refused.map((error) => (error as { code: string }).code)).toContain('storage-full');

  const found = async () => {
    const ask = {
      collectionIds: [id],
      modelId: 'model-a',
      limit: 1_000,
      minScore: -1,
      distinctPersons: false,
    };
    const [hits] = await gallery.search({ ...ask, probes: [unit(1, 0)] });
    return hits!.map(({ referenceId }) => referenceId).toSorted();
  };
  expect(await found()).toEqual(enrolled.toSorted());
  expect((await gallery.listReferences(id, { offset: 0, limit: 1_000 })).total).toBe(enrolled.length);
  await gallery.digest();

  await rm(ballast);
  enrolled.push((await gallery.enrol(id, 'late', face([1, 1]))).id);
  expect(await found()).toEqual(enrolled.toSorted());
  const digest = await gallery.digest();
  await store.close();
  const again = await openLmdbStore({ dir: join(dir, 'store') });
  expect(await again.gallery.digest()).toBe(digest);
  await again.close();
});

/** Has the next write take room on the disk, where pages that are free already would do for it. */
async function withoutFreePages(gallery: Gallery, dir: string): Promise<void> {
  await gallery.scrub();
  const holder = fork(new URL('../../fixtures/gallery/page-holder.ts', import.meta.url), [
    join(dir, 'gallery.mdb'),
  ]);
  onTestFinished(() => void holder.kill());
  await once(holder, 'message');
}

type Way = [what: string, remove: (gallery: Gallery, collection: Uuid, annId: Uuid) => Promise<unknown>];
test.for<Way>([
  ['a clearing', (gallery, collection) => gallery.clearCollection(collection)],
  ['a removal', (gallery, collection) => gallery.removeMembership(collection, 'Ann')],
  ['an erasure', (gallery, _, annId) => gallery.erase(annId)],
])(
  '%s that a full disk stops is hidden, told of, and ends by itself when there is room',
  async ([, remove], { skip }) => {
    const dir = await smallDisk(64);
    if (dir === undefined) return skip(needsRoot);
    const told: string[] = [];
    const tell = (_fields: object, message: string) => void told.push(message);
    const log: Log = { debug: tell, info: tell, warn: tell, error: tell, child: () => log };
    const store = await openLmdbStore({ dir: join(dir, 'store'), log });
    const { gallery } = store;
    const { id } = await gallery.createCollection('door', 'Door');
    const { ann } = await annAmongOthers(gallery, id);
    const { personId } = ann[0]!;
    await withoutFreePages(gallery, join(dir, 'store'));
    const removal = remove(gallery, id, personId);
    while (await gallery.findMembership(id, 'Ann')) await nextTurn();
    const ballast = join(dir, 'ballast');
    fillDisk(ballast);
    await removal;

    const { references } = gallery.counts();
    expect(references).toBeGreaterThan(100);
    expect(await gallery.findReference(id, ann.at(-1)!.id)).toBeUndefined();
    expect(await gallery.findPerson(personId)).toBeUndefined();
    expect((await gallery.findErasure(personId))?.removedAtMs).toBeUndefined();
    const problem = expect.stringContaining('the disk is full: make room');
    expect(store.storeProblems()).toMatchObject([{ message: problem }]);
    expect(told).toEqual([problem]);

    await rm(ballast);
    await vi.waitFor(() => expect(store.storeProblems()).toEqual([]), { timeout: 30_000 });
    expect(told.slice(1)).toEqual(['Removed records are now gone from the disk']);
    expect(gallery.counts().references).toBeLessThan(100);
    const receipt = await gallery.findErasure(personId);
    if (receipt) expect(receipt).toMatchObject({ references: ann.length, removedAtMs: expect.any(Number) });
    await store.close();
  },
);
