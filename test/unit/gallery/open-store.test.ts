import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { openStore } from '../../../src/app/open-store.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { face, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { silentLog } from '../../fixtures/silent-log.ts';

test.for([
  ['with the settings that nobody changed', ''],
  ['where collections come first', 'gate, door'],
])('what a store holds is found again after a start %s', async ([, loadFirst]) => {
  const env = { OSTIARY_DATA_DIR: await ownFolder(), OSTIARY_GALLERY_LOAD_FIRST: loadFirst };
  const settings = loadSettings({ env });
  const before = await openStore(settings, silentLog);
  const { id } = await before.gallery.createCollection('door', 'Door');
  await before.gallery.enrol(id, 'Ann', face([1, 2, 3]));
  await before.close();

  await using stack = new AsyncDisposableStack();
  const store = await openStore(settings, silentLog);
  stack.defer(() => store.close());
  const wish = { collectionIds: [id], modelId: 'model-a', limit: 1, minScore: 0.5, distinctPersons: true };
  const [found] = await store.gallery.search({ ...wish, probes: [unit(1, 2, 3)] });
  expect(found).toMatchObject([{ key: 'Ann' }]);
  expect(store.collectionsLoading()).toEqual([]);
  await store.loaded();
});

test('whose time was over is not found again after a start with an earlier clock', async () => {
  const dir = await ownFolder();
  const nowMs = 1_800_000_000_000;
  const before = await openLmdbStore({ dir, nowMs: () => nowMs });
  const { id } = await before.gallery.createCollection('door', 'Door');
  const wish = { person: { validUntilMs: nowMs } };
  const { personId } = await before.gallery.enrol(id, 'Ann', face([1, 0]), wish);
  await before.close();
  const after = await openLmdbStore({ dir, nowMs: () => nowMs - 86_400_000 });
  expect(await after.gallery.isSearchable(personId)).toBe(false);
  expect(after.latestMs()).toBe(nowMs);
  await after.close();
});
