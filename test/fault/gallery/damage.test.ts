import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { migrate } from '../../../src/adapters/gallery/lmdb/disk/migrations.ts';
import { openRecords, openRoot } from '../../../src/adapters/gallery/lmdb/disk/open-file.ts';
import { Pictures } from '../../../src/adapters/gallery/lmdb/disk/pictures.ts';
import { openTables } from '../../../src/adapters/gallery/lmdb/disk/tables.ts';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { Uuid } from '../../../src/domain/gallery.ts';
import { face, pictured, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

async function flipEach(file: string, wanted: Buffer): Promise<number> {
  const bytes = await readFile(file);
  let flipped = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1), flipped++) {
    bytes[at + wanted.length - 1]! ^= 0x10;
  }
  await writeFile(file, bytes);
  return flipped;
}

async function storeOfTwo() {
  const dir = await ownFolder();
  const store = await openLmdbStore({ dir });
  const { id } = await store.gallery.createCollection('door', 'Door');
  const ann = await store.gallery.enrol(id, 'Ann', pictured([1, 0.25, 0.125], 'Ann'));
  const bob = await store.gallery.enrol(id, 'Bob', pictured([0, 1, 0], 'Bob'));
  await store.close();
  const ask = { collectionIds: [id], modelId: 'model-a', limit: 5, minScore: -1, distinctPersons: false };
  const search = { ...ask, probes: [unit(1, 0.25, 0.125)] };
  return { dir, id, ann, bob, search };
}

test('a template with a flipped bit is found and told of, and never answers', async () => {
  const { dir, id, ann, bob, search } = await storeOfTwo();
  const { vector } = ann.template;
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  expect(await flipEach(join(dir, 'gallery.mdb'), bytes)).toBeGreaterThan(0);

  const store = await openLmdbStore({ dir });
  const [found] = await store.gallery.search(search);
  expect(found!.map(({ referenceId }) => referenceId)).toEqual([bob.id]);
  expect(store.storeProblems()).toMatchObject([
    { table: 'templates', message: expect.stringContaining('checksum') },
  ]);
  await expect(store.gallery.findReference(id, ann.id)).rejects.toMatchObject({ code: 'record-corrupt' });
  await expect(store.gallery.digest()).rejects.toMatchObject({ code: 'record-corrupt' });
  expect(await store.gallery.findReference(id, bob.id)).toMatchObject({ key: 'Bob' });
  // What is damaged can still be removed, and enrolled anew.
  expect(await store.gallery.erase(ann.personId)).toMatchObject({ references: 1 });
  await store.gallery.enrol(id, 'Ann', face([1, 0.25, 0.125]));
  expect((await store.gallery.search(search))[0]!.map(({ key }) => key)).toEqual(['Ann', 'Bob']);
  await store.close();
});

test('crops, pictures and people with a flipped bit are refused', async () => {
  const { dir, id, ann, bob, search } = await storeOfTwo();
  expect(await flipEach(join(dir, 'gallery.mdb'), Buffer.from('crop of Ann'))).toBeGreaterThan(0);
  expect(await flipEach(join(dir, 'pictures.mdb'), Buffer.from('picture of Ann'))).toBeGreaterThan(0);
  expect(await flipEach(join(dir, 'gallery.mdb'), Buffer.from('"name":"Bob'))).toBeGreaterThan(0);

  const store = await openLmdbStore({ dir });
  await expect(store.gallery.findReference(id, ann.id)).rejects.toMatchObject({ code: 'record-corrupt' });
  await expect(store.gallery.readPicture(id, ann.id)).rejects.toMatchObject({ code: 'record-corrupt' });
  await expect(store.gallery.findPerson(bob.personId)).rejects.toMatchObject({ code: 'record-corrupt' });
  expect((await store.gallery.search(search))[0]!.map(({ key }) => key)).toEqual(['Ann']);
  expect(store.storeProblems().map(({ table }) => table)).toEqual(['persons']);
  await store.close();
});

test('a write that fails half-way leaves nothing, and those that share its commit stand', async () => {
  const environment = await Environment.open(join(await ownFolder(), 'store.mdb'));
  const { tombstones } = openTables(environment);
  const keys = [1, 2, 3].map((fill) => Buffer.alloc(16, fill));
  const outcomes = await Promise.allSettled(
    keys.map((key, at) =>
      environment.write(() => {
        tombstones.put(key, { kind: 'left', atMs: at, stamp: '' });
        if (at === 1) throw new Error('half-way');
      }),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(keys.map((key) => tombstones.has(key))).toEqual([true, false, true]);
  await environment.close();
});

test('pictures without their gallery are not swept away', async () => {
  const { dir } = await storeOfTwo();
  await rm(join(dir, 'gallery.mdb'));
  await expect(openLmdbStore({ dir })).rejects.toMatchObject({
    code: 'storage-failed',
    message: 'The file of pictures belongs to another gallery than the one beside it',
  });
});

test('a store is brought up to date in one step a version, and a newer one is refused', async () => {
  const environment = await Environment.open(join(await ownFolder(), 'store.mdb'));
  const tables = openTables(environment);
  const slug = Buffer.from('old');
  await environment.write(() => tables.slugs.put(slug, '00000000-0000-1000-8000-000000000000'));
  const parts = { environment, tables, nowMs: Date.now };
  const known = [{ to: 2, run: () => environment.write(() => tables.slugs.remove(slug)) }];
  expect(await migrate(parts, [])).toMatchObject({ schema: 1 });
  expect(await migrate(parts, known)).toMatchObject({ schema: 2, lastPerson: 0 });
  expect(tables.slugs.has(slug)).toBe(false);
  await expect(migrate(parts, [])).rejects.toMatchObject({
    code: 'storage-failed',
    message: expect.stringContaining('version 2'),
  });
  await environment.close();
});

/** Ann is erased, but for her picture; tells what the store says of it, in its life after that. */
async function erasedButForHerPicture(dir: string, personId: Uuid): Promise<void> {
  const store = await openLmdbStore({ dir });
  const full = noRoomToRemove();
  expect(await store.gallery.erase(personId)).not.toHaveProperty('removedAtMs');
  full.mockRestore();
  await store.close();
}

/** Done twice, it is as before. */
async function bendFirstReference(file: string): Promise<void> {
  const root = openRoot(file);
  const references = openRecords(root, 'references');
  for (const { key, value } of [...references.getRange({ limit: 1 })]) {
    const bent = Buffer.from(value);
    bent[bent.length - 1]! ^= 1;
    await references.put(Buffer.from(key), bent);
  }
  await root.close();
}

const noRoomToRemove = () =>
  vi.spyOn(Pictures.prototype, 'remove').mockImplementation(async (referenceIds) => {
    if (referenceIds.length > 0) throw new AppError('storage-full', 'No room');
  });
const problem = {
  table: 'pictures',
  key: 'unnamed',
  message: expect.stringContaining('could not be removed'),
};

test('no receipt says that all is removed while a damaged reference hides whose a picture is', async () => {
  const { dir, ann } = await storeOfTwo();
  await erasedButForHerPicture(dir, ann.personId);
  const bend = () => bendFirstReference(join(dir, 'gallery.mdb'));
  await bend();
  await lookAgain();
  await bend();
  const healed = await openLmdbStore({ dir });
  expect(await healed.gallery.findErasure(ann.personId)).toHaveProperty('removedAtMs');
  await healed.gallery.scrub();
  expect(await readFile(join(dir, 'pictures.mdb'))).not.toContain('Ann');
  await healed.close();

  async function lookAgain(): Promise<void> {
    const store = await openLmdbStore({ dir });
    expect(store.storeProblems()).toContainEqual(problem);
    expect(await store.gallery.erase(ann.personId)).not.toHaveProperty('removedAtMs');
    await store.gallery.scrub({ evenClean: true });
    expect(await store.gallery.findErasure(ann.personId)).not.toHaveProperty('scrubbedAtMs');
    await store.close();
  }
});

test('a full disk does not keep the store from opening where a picture is left to be removed', async () => {
  const { dir, id, ann, search } = await storeOfTwo();
  await erasedButForHerPicture(dir, ann.personId);
  const full = noRoomToRemove();
  const store = await openLmdbStore({ dir });
  full.mockRestore();
  expect(store.storeProblems()).toContainEqual(problem);
  expect((await store.gallery.search(search))[0]?.map(({ key }) => key)).toEqual(['Bob']);
  expect(await store.gallery.findErasure(ann.personId)).not.toHaveProperty('removedAtMs');
  expect(await store.gallery.countCollection(id)).toEqual({ members: 1, references: 1 });
  await store.close();
});
