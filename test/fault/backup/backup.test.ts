import { mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { AppError } from '../../../src/domain/errors.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { searchFiles, templateNeedles, textNeedles } from '../../fixtures/gallery/search-files.ts';
import { fillDisk, smallDisk } from '../../fixtures/gallery/small-disk.ts';
import { faceOf, fill, namesIn, places, randomBytes, restored, secret } from './backups.ts';

const people = 40;

test.for([
  ['a store', undefined],
  ['a sealed store', Buffer.alloc(32, 9)],
] as const)('a backup of %s restores to an equal one', async ([, wrappingKey]) => {
  const { dir, backups, again } = places(await ownFolder());
  const store = await openLmdbStore({ dir, wrappingKey });
  const { door, personIds } = await fill(store, people);
  await store.gallery.erase(personIds[3]!);
  const progress: number[] = [];
  const { file, bytes, records } = await store.backups.make({
    ...{ dir: backups, secret },
    onProgress: ({ done, total }) => progress.push(done / total),
  });
  const digest = await store.gallery.digest();
  const receipt = await store.gallery.findErasure(personIds[3]!);
  await store.close();
  expect(await stat(file)).toMatchObject({ size: bytes });
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect(await namesIn(backups)).toEqual([basename(file)]);
  expect(await searchFiles(backups, textNeedles('key', 'person 5'))).toEqual(new Map());
  // What a process has left that was killed while it restored.
  await mkdir(`${again}.restoring`);
  await writeFile(join(`${again}.restoring`, 'gallery.mdb'), 'half');
  await restored({ file, dir: again, wrappingKey }, async ({ gallery }, outcome) => {
    expect(outcome).toEqual({ records, erased: 0, problems: [] });
    expect(await gallery.digest()).toBe(digest);
    expect(await gallery.findErasure(personIds[3]!)).toMatchObject(receipt!);
    const { references } = await gallery.listReferences(door, { offset: 0, limit: people });
    expect(references).toHaveLength(people - 1);
    for (const { id, key } of references) {
      const picture = randomBytes(20_000, -Number(key.replace('person ', '')));
      expect(picture.equals((await gallery.readPicture(door, id))!)).toBe(true);
    }
  });
  expect(await namesIn(join(again, '..'))).toEqual(['again', 'backups', 'store']);
});

test('a backup made while everything is written to is of one moment', async () => {
  const { dir, backups, again } = places(await ownFolder());
  const store = await openLmdbStore({ dir });
  const { door } = await fill(store, people);
  let isOver = false;
  const acknowledged: string[] = [];
  const enrol = async () => {
    for (let at = people; !isOver; at++) {
      const { key } = await store.gallery.enrol(door, `person ${at}`, faceOf(at, 200_000));
      acknowledged.push(key);
    }
  };
  const remove = async () => {
    for (let at = 0; !isOver && at < people; at++) await store.gallery.removeMembership(door, `person ${at}`);
  };
  const writing = Promise.all([enrol(), remove()]);
  const made: { file: string; before: string[] }[] = [];
  for (let round = 0; round < 3; round++) {
    const before = [...acknowledged];
    const { file } = await store.backups.make({ dir: backups, secret });
    made.push({ file, before });
  }
  isOver = true;
  await writing;
  await store.close();
  for (const { file, before } of made) {
    await restored({ file, dir: again }, async ({ gallery, storeProblems }) => {
      const { references, total } = await gallery.listReferences(door, { offset: 0, limit: 10_000 });
      expect(await gallery.countCollection(door)).toMatchObject({ references: total });
      expect(references.map(({ key }) => key)).toEqual(expect.arrayContaining(before));
      for (const { id } of references) expect(await gallery.readPicture(door, id)).toBeDefined();
      expect(storeProblems()).toEqual([]);
    });
    await rm(again, { recursive: true });
  }
});

test('who was erased after a backup does not come back with it, nor any byte of hers', async () => {
  const { dir, backups, again } = places(await ownFolder());
  const store = await openLmdbStore({ dir });
  const { door, personIds } = await fill(store, people);
  const hers = faceOf(7);
  const needles = {
    ...textNeedles('key', 'person 7x'),
    ...templateNeedles(hers.template.vector),
    crop: Buffer.from(hers.crop!.jpeg).subarray(1_000, 1_064),
    picture: Buffer.from(hers.picture!).subarray(9_000, 9_064),
  };
  await store.gallery.renameMembership(door, 'person 7', 'person 7x');
  const seen = personIds.slice(6, 9).map((personId) => ({ personId, referenceId: personId, score: 0.9 }));
  await store.history.add([{ kind: 'identification', atMs: 1, collectionIds: [door], candidates: seen }]);
  const { file } = await store.backups.make({ dir: backups, secret });
  await store.close();

  await restored({ file, dir: again }, async ({ gallery, history }, { erased }) => {
    expect(erased).toBe(0);
    expect((await history.find(1))?.candidates).toEqual(seen);
    expect(await gallery.findMembership(door, 'person 7x')).toBeDefined();
    expect((await searchFiles(again, needles)).size).toBeGreaterThanOrEqual(5);
  });
  await rm(again, { recursive: true });
  const unknown = { personId: '00000000-0000-1000-8000-000000000000', hiddenAtMs: 1 };
  const erasures = [unknown, { personId: personIds[7]!, hiddenAtMs: 2 }];
  await restored({ file, dir: again, erasures }, async ({ gallery, history }, { erased }) => {
    expect(erased).toBe(1);
    expect((await history.find(1))?.candidates).toEqual([seen[0], seen[2]]);
    expect(await gallery.findMembership(door, 'person 7x')).toBeUndefined();
    expect(await gallery.findPerson(personIds[7]!)).toBeUndefined();
    expect(await gallery.findErasure(personIds[7]!)).toMatchObject({ scrubbedAtMs: expect.any(Number) });
    expect(await searchFiles(again, needles)).toEqual(new Map());
    expect(await gallery.countCollection(door)).toEqual({ members: people - 1, references: people - 1 });
  });
});

test('a backup that is damaged or cut short is refused, and leaves nothing', async () => {
  const root = await ownFolder();
  const { dir, backups, again } = places(root);
  const store = await openLmdbStore({ dir });
  await fill(store, 150);
  const { file } = await store.backups.make({ dir: backups, secret });
  await store.close();
  const bytes = await readFile(file);
  expect(bytes.length).toBeGreaterThan(3_000_000);
  const damage: (() => Promise<void>)[] = [
    ...[40, 500_000, 2_000_000, bytes.length - 1].map((at) => async () => {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 8;
      await writeFile(file, flipped);
    }),
    ...[0, 100, 1_500_000, bytes.length - 1].map((length) => async () => {
      await writeFile(file, bytes);
      await truncate(file, length);
    }),
    () => rm(file),
  ];
  for (const harm of damage) {
    await harm();
    const refusal = await restored({ file, dir: again }, async () => 'restored').catch((error) => error);
    expect(refusal).toMatchObject({ code: expect.stringMatching(/^(record-corrupt|storage-failed)$/) });
    expect((refusal as AppError).message).toMatch(/backup/i);
    expect(await namesIn(root)).toEqual(['backups', 'store']);
  }
  await writeFile(file, bytes);
  await restored({ file, dir: again }, async ({ gallery }) =>
    expect(await gallery.listCollections()).toHaveLength(1),
  );
});

test('a store that is there is not restored over', async () => {
  const { dir, backups } = places(await ownFolder());
  const store = await openLmdbStore({ dir });
  await fill(store, 3);
  const { file } = await store.backups.make({ dir: backups, secret });
  const digest = await store.gallery.digest();
  await expect(restored({ file, dir }, async () => 'restored')).rejects.toMatchObject({
    code: 'storage-failed',
    message: expect.stringContaining('an empty folder'),
  });
  expect(await store.gallery.digest()).toBe(digest);
  await store.close();
});

test('a disk that becomes full ends a backup, leaves no half one, and harms nothing', async ({ skip }) => {
  const root = await ownFolder();
  const disk = await smallDisk(180);
  if (disk === undefined) return skip('Only root may mount the small disk');
  const store = await openLmdbStore({ dir: join(root, 'store') });
  const { id } = await store.gallery.createCollection('door', 'Door');
  for (let at = 0; at < 60; at++) await store.gallery.enrol(id, `person ${at}`, faceOf(at, 1_000_000));
  const digest = await store.gallery.digest();
  const ballast = join(disk, 'ballast');
  const onProgress = () => fillDisk(ballast);
  const backups = join(disk, 'backups');
  await expect(store.backups.make({ dir: backups, secret, onProgress })).rejects.toMatchObject({
    code: 'storage-full',
  });
  expect(await namesIn(backups)).toEqual([]);
  await expect(store.backups.make({ dir: backups, secret })).rejects.toMatchObject({
    code: 'storage-full',
    message: expect.stringMatching(/needs \d+ MB free on its disk/),
  });
  await rm(ballast);
  await store.backups.make({ dir: backups, secret });
  expect(await store.gallery.digest()).toBe(digest);
  await store.close();
});

test('a backup that is stopped leaves nothing, and the store closes at once', async () => {
  const { dir, backups } = places(await ownFolder());
  const store = await openLmdbStore({ dir });
  await fill(store, 3);
  const stop = new AbortController();
  stop.abort();
  const { signal } = stop;
  await expect(store.backups.make({ dir: backups, secret, signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(await namesIn(backups)).toEqual([]);
  const left = store.backups.make({ dir: backups, secret }).catch((error) => error);
  await store.close();
  expect(await left).toMatchObject({ code: 'cancelled' });
  expect(await namesIn(backups)).toEqual([]);
});
