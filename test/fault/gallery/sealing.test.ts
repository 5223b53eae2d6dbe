import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type LmdbStore, openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { rewrapLmdbStore } from '../../../src/adapters/gallery/lmdb/rewrap-lmdb-store.ts';
import { services } from '../../../src/domain/credential.ts';
import { pictured, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const files = ['gallery.mdb', 'pictures.mdb'];
const wrappingKey = Buffer.alloc(32, 1);
const otherKey = Buffer.alloc(32, 2);

async function filled(key?: Buffer) {
  const dir = await ownFolder();
  const store = await openLmdbStore({ dir, ...(key && { wrappingKey: key }) });
  const { id } = await store.gallery.createCollection('staff-entrance', 'Staff entrance');
  const ann = await store.gallery.enrol(id, 'Ann Strauß', pictured([1, 0.25, 0.125], 'Ann'));
  await store.gallery.updatePerson(ann.personId, { metadata: { floor: 'seventh' } });
  const credential = {
    dialect: 'ostiary',
    services,
    right: 'admin',
    reach: 'all',
    name: 'watchman',
  } as const;
  await store.credentials.add([{ secretSha256: 'ab'.repeat(32), credential }]);
  await store.close();
  return { dir, id, ann };
}

async function bytesOf(dir: string): Promise<Buffer> {
  return Buffer.concat(await Promise.all(files.map((name) => readFile(join(dir, name)))));
}

async function hashOf(dir: string): Promise<string> {
  return createHash('sha256')
    .update(await bytesOf(dir))
    .digest('hex');
}

async function open(dir: string, key?: Buffer): Promise<LmdbStore> {
  return openLmdbStore({ dir, ...(key && { wrappingKey: key }) });
}

async function opens(dir: string, key?: Buffer): Promise<boolean> {
  const opened = await open(dir, key).catch(() => undefined);
  await opened?.close();
  return opened !== undefined;
}

test('of a sealed store nothing can be read in its files, and all of it with its key', async () => {
  const { dir, id, ann } = await filled(wrappingKey);
  const { vector } = ann.template;
  const secrets = {
    key: Buffer.from('Ann'),
    'key in other records': Buffer.from('Ann', 'utf16le').swap16(),
    'folded key': Buffer.from('strauss', 'utf16le').swap16(),
    slug: Buffer.from('staff'),
    metadata: Buffer.from('seventh'),
    crop: Buffer.from('crop of'),
    picture: Buffer.from('picture of'),
    template: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
    credential: Buffer.from('watchman'),
  };
  const found = (bytes: Buffer) => Object.entries(secrets).filter(([, secret]) => bytes.includes(secret));
  expect(found(await bytesOf(dir))).toEqual([]);
  // The same search finds all of it in a store that is not sealed.
  expect(found(await bytesOf((await filled()).dir))).toHaveLength(Object.keys(secrets).length);

  const store = await open(dir, wrappingKey);
  const probes = [unit(1, 0.25, 0.125)];
  const wish = { collectionIds: [id], modelId: 'model-a', probes, limit: 1, minScore: 0.9 };
  expect(await store.gallery.search({ ...wish, distinctPersons: true })).toMatchObject([
    [{ key: 'Ann Strauß' }],
  ]);
  expect(await store.gallery.findMembership(id, 'ann strauss', 'ignoreCase')).toMatchObject({
    key: 'Ann Strauß',
  });
  expect(await store.gallery.readPicture(id, ann.id)).toEqual(Buffer.from('picture of Ann'));
  expect(store.storeProblems()).toEqual([]);
  await store.close();
});

test('a sealed store without its key, or with another, is refused and stays as it is', async () => {
  const { dir } = await filled(wrappingKey);
  const before = await hashOf(dir);
  await expect(open(dir)).rejects.toMatchObject({
    code: 'storage-failed',
    message: 'The store is sealed: expected store.keyFile to name the file with its key',
  });
  await expect(open(dir, otherKey)).rejects.toMatchObject({
    code: 'storage-failed',
    message: expect.stringMatching(
      /^The store is sealed with the key [0-9a-f]{8}, and this is the key [0-9a-f]{8}$/,
    ),
  });
  expect(await hashOf(dir)).toBe(before);
  expect(await opens(dir, wrappingKey)).toBe(true);
});

test('a store that is not sealed is refused with a key, and stays as it is', async () => {
  const { dir } = await filled();
  const before = await hashOf(dir);
  await expect(open(dir, wrappingKey)).rejects.toMatchObject({
    code: 'storage-failed',
    message: expect.stringContaining('expected an empty store, or no store.keyFile'),
  });
  expect(await hashOf(dir)).toBe(before);
  expect(await opens(dir)).toBe(true);
});

test('the key of a sealed store can be changed', async () => {
  const { dir } = await filled(wrappingKey);
  await expect(rewrapLmdbStore(dir, { from: otherKey, to: wrappingKey })).rejects.toMatchObject({
    code: 'storage-failed',
  });
  await rewrapLmdbStore(dir, { from: wrappingKey, to: otherKey });
  expect(await opens(dir, wrappingKey)).toBe(false);
  const store = await open(dir, otherKey);
  expect(store.gallery.counts()).toMatchObject({ persons: 1, references: 1 });
  await store.close();
  const plain = await filled();
  await expect(rewrapLmdbStore(plain.dir, { from: wrappingKey, to: otherKey })).rejects.toMatchObject({
    message: 'The store is not sealed: there is no key to change',
  });
});

test.for([
  ['the present', wrappingKey, otherKey],
  ['the new', otherKey, wrappingKey],
] as const)(
  'when a change of keys is cut short %s key opens the store, and from then on it alone',
  async ([, chosen, other]) => {
    const { dir } = await filled(wrappingKey);
    const before = await readFile(join(dir, 'pictures.mdb'));
    await rewrapLmdbStore(dir, { from: wrappingKey, to: otherKey });
    await writeFile(join(dir, 'pictures.mdb'), before);
    expect(await opens(dir, chosen)).toBe(true);
    expect(await opens(dir, other)).toBe(false);
    expect(await opens(dir, chosen)).toBe(true);
  },
);

test.for(files)('a damaged copy of the wrapped key in %s is replaced by the other', async (name) => {
  const { dir } = await filled(wrappingKey);
  for (const damaged of [name, files.find((other) => other !== name)!]) {
    const file = join(dir, damaged);
    const bytes = await readFile(file);
    const start = Buffer.from('{"id":"');
    for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) bytes[at + 10]! ^= 1;
    await writeFile(file, bytes);
    expect(await opens(dir, wrappingKey)).toBe(true);
  }
});

test('files of two sealed stores do not open together', async () => {
  const [one, other] = [await filled(wrappingKey), await filled(wrappingKey)];
  await cp(join(other.dir, 'pictures.mdb'), join(one.dir, 'pictures.mdb'));
  await expect(open(one.dir, wrappingKey)).rejects.toMatchObject({
    message: 'The files of gallery and pictures belong to different stores',
  });
});
