import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { AppError } from '../../../src/domain/errors.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { fillDisk, smallDisk } from '../../fixtures/gallery/small-disk.ts';

const megabyte = 1_000_000;
const mostAttempts = 5;

/** Some 60 MB of crops. */
async function filledGallery(dir: string) {
  const store = await openLmdbStore({ dir });
  const { gallery } = store;
  const { id } = await gallery.createCollection('door', 'Door');
  const enrolled = [];
  for (let at = 0; at < 60; at++) {
    const crop = { jpeg: Buffer.alloc(megabyte, at), landmarks: face([1]).landmarks };
    enrolled.push(await gallery.enrol(id, `person ${at}`, face([1, at], { crop })));
  }
  const { personId } = enrolled[7]!;
  await gallery.erase(personId);
  return { store, gallery, id, personId };
}

const scrubbedAt = async (gallery: Gallery, personId: string) =>
  (await gallery.findErasure(personId))?.scrubbedAtMs;

test('without room for a copy a scrub is refused, and says how much it needs', async ({ skip }) => {
  const dir = await smallDisk(120);
  if (dir === undefined) return skip('Only root may mount the small disk');
  const { store, gallery, personId, id } = await filledGallery(join(dir, 'store'));
  const refusal = await gallery.scrub().catch((error: AppError) => error);
  expect(refusal).toMatchObject({
    code: 'storage-full',
    message: expect.stringMatching(/needs \d+ MB free on its disk, and there are \d+ MB: make room/),
  });
  expect(await scrubbedAt(gallery, personId)).toBeUndefined();
  expect(gallery.unscrubbedSinceMs()).toBeDefined();
  await gallery.enrol(id, 'late', face([1, 1]));
  await store.close();
});

test('a disk that becomes full in the middle of a scrub ends it, and nothing but it', async ({ skip }) => {
  const dir = await smallDisk(240);
  if (dir === undefined) return skip('Only root may mount the small disk');
  const ballast = join(dir, 'ballast');
  const { store, gallery, personId, id } = await filledGallery(join(dir, 'store'));
  const digest = await gallery.digest();
  let refusal: AppError | undefined;
  for (let attempt = 0; attempt < mostAttempts && !refusal; attempt++) {
    // The thread that copies may be quicker than the disk gets full.
    let isFull = false;
    const onProgress = () => {
      if (!isFull) fillDisk(ballast);
      isFull = true;
    };
    refusal = await gallery.scrub({ evenClean: true, onProgress }).then(
      () => undefined,
      (error: AppError) => error,
    );
    if (!refusal) await rm(ballast);
  }
  expect(refusal).toMatchObject({ code: 'storage-full' });
  expect((await readdir(join(dir, 'store'))).filter((name) => name.includes('draft'))).toEqual([]);
  expect(await gallery.digest()).toBe(digest);
  await rm(ballast);
  await gallery.enrol(id, 'late', face([1, 1]));
  expect(await gallery.scrub()).toMatchObject({ scrubbedAtMs: expect.any(Number) });
  expect(await scrubbedAt(gallery, personId)).toBeDefined();
  expect(gallery.unscrubbedSinceMs()).toBeUndefined();
  await store.close();
});

test('a value larger than what the library maps is copied like the others, while it is read', async () => {
  const store = await openLmdbStore({ dir: await ownFolder() });
  const { gallery } = store;
  const { id } = await gallery.createCollection('door', 'Door');
  const picture = Buffer.alloc(20 * megabyte, 'large ');
  const { id: referenceId } = await gallery.enrol(id, 'Ann', face([1], { picture }));
  const read = async () => picture.equals((await gallery.readPicture(id, referenceId))!);
  expect(await read()).toBe(true);
  for (let round = 0; round < 3; round++) {
    await gallery.scrub({ evenClean: true });
    expect(await read()).toBe(true);
  }
  await store.close();
});
