import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { checkPages } from '../../../src/adapters/gallery/lmdb/disk/pages/check-pages.ts';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { face, pictured, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const pageSize = 16_384;
const flagsAt = 18;
const headBytes = 24;

async function storeOfTwo() {
  const dir = await ownFolder();
  const store = await openLmdbStore({ dir });
  const { id } = await store.gallery.createCollection('door', 'Door');
  const ann = await store.gallery.enrol(id, 'Ann', pictured([1, 0.25, 0.125], 'Ann'));
  const bob = await store.gallery.enrol(id, 'Bob', face([0, 1, 0]));
  await store.close();
  return { dir, file: join(dir, 'gallery.mdb'), id, ann, bob };
}

/** Changes each page of the last commit that holds these bytes. */
async function damagePages(file: string, wanted: string, change: (page: Buffer) => void): Promise<void> {
  const bytes = await readFile(file);
  for (let at = 2 * pageSize; at < bytes.length; at += pageSize) {
    const page = bytes.subarray(at, at + pageSize);
    if (page.includes(wanted)) change(page);
  }
  await writeFile(file, bytes);
}

const noKind = (page: Buffer) => page.writeUInt16LE(0, flagsAt);
const outside = (page: Buffer) => page.writeUInt16LE(pageSize - headBytes - 8, headBytes);

test('a page that cannot be read is an error of ours, and what lies elsewhere is read and written', async () => {
  const { dir, file, id, ann, bob } = await storeOfTwo();
  await damagePages(file, 'crop of Ann', noKind);
  expect(await checkPages(file)).toEqual([
    expect.objectContaining({
      table: 'crops',
      reason: 'it is neither a branch nor a leaf',
      isDangerous: false,
    }),
  ]);

  const { gallery, close } = await openLmdbStore({ dir });
  const damaged = { code: 'record-corrupt', message: 'A page of crops is damaged', cause: expect.any(Error) };
  for (let time = 0; time < 3; time++) {
    await expect(gallery.findReference(id, ann.id)).rejects.toMatchObject(damaged);
    expect(await gallery.findMembership(id, 'Bob')).toMatchObject({ personId: bob.personId });
  }
  const outcomes = await Promise.allSettled([
    gallery.enrol(id, 'Cleo', face([0, 0, 1])),
    gallery.enrol(id, 'Dora', pictured([1, 0, 1], 'Dora')),
    gallery.enrol(id, 'Emma', face([1, 1, 0])),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: damaged },
    { status: 'fulfilled' },
  ]);
  const probes = [unit(0, 0, 1)];
  const wish = { collectionIds: [id], modelId: 'model-a', probes, limit: 1, minScore: 0.9 };
  expect(await gallery.search({ ...wish, distinctPersons: true })).toMatchObject([[{ key: 'Cleo' }]]);
  expect((await gallery.listMemberships(id)).map(({ key }) => key)).toEqual(['Ann', 'Bob', 'Cleo', 'Emma']);
  await close();
});

async function openElsewhere(dir: string): Promise<{ signal: NodeJS.Signals | null; said: string }> {
  const opener = join(import.meta.dirname, 'open-and-read.ts');
  const child: ChildProcess = spawn(process.execPath, [opener, dir], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said, [, signal]] = await Promise.all([text(child.stdout!), once(child, 'close')]);
  return { signal, said: said.trim() };
}

test('a page that ends the process is found by the next start and by those after it, and none ends again', async () => {
  const { dir, file } = await storeOfTwo();
  await damagePages(file, 'crop of Ann', outside);
  // What a process that LMDB has ended leaves behind.
  await writeFile(join(dir, 'store.lock'), JSON.stringify({ pid: 1, startedAt: 'never', boot: 'this' }));
  for (let time = 0; time < 3; time++) {
    const { signal, said } = await openElsewhere(dir);
    expect(signal).toBeNull();
    expect(said).toMatch(
      /^storage-failed .*gallery[.]mdb has 1 damaged pages, .*of crops: a .* lies outside of it/,
    );
  }
  expect((await readdir(dir)).filter((name) => name.startsWith('store.lock'))).toEqual(['store.lock']);
});

test('whole files have no damaged page, after each kind of write', async () => {
  const { dir, file, id, ann } = await storeOfTwo();
  const { gallery, close } = await openLmdbStore({ dir });
  const crowd = Array.from({ length: 300 }, (_, at) =>
    pictured([at, 1, 2], `crowd ${at} `.repeat(1 + (at % 9) * 300)),
  );
  await Promise.all(crowd.map((wish, at) => gallery.enrol(id, `crowd-${at}`, wish)));
  await gallery.erase(ann.personId);
  await gallery.removeMembership(id, 'crowd-7');
  await gallery.renameMembership(id, 'crowd-8', 'crowd-9');
  expect(await checkPages(file)).toEqual([]);
  await gallery.clearCollection(id);
  await close();
  expect(await checkPages(file)).toEqual([]);
  expect(await checkPages(join(dir, 'pictures.mdb'))).toEqual([]);
});
