import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { face, unit } from '../../fixtures/gallery/faces.ts';
import { ownFolder } from '../../fixtures/gallery/folders.ts';

const slugs = ['door', 'gate', 'yard', 'hall'];

/** References of three collections by turns, the last of them all of `gate`; nobody is in `hall`. */
async function filled() {
  const dir = await ownFolder();
  const store = await openLmdbStore({ dir });
  const ids = new Map<string, string>();
  for (const slug of slugs) ids.set(slug, (await store.gallery.createCollection(slug, slug)).id);
  for (let at = 0; at < 150; at++) {
    const slug = at < 120 ? slugs[at % 3]! : 'gate';
    await store.gallery.enrol(ids.get(slug)!, `person ${at}`, face([1, at, 0]));
  }
  await store.close();
  return { dir, ids };
}

test('a collection can be searched when its last reference has come, and those that were asked for first before', async () => {
  const { dir, ids } = await filled();
  const store = await openLmdbStore({ dir, loadSliceMs: 0, loadFirst: ['nowhere', 'yard'] });
  const slugOf = new Map([...ids].map(([slug, id]) => [id, slug]));
  const seen = new Set<string>();
  for (let loading = store.collectionsLoading(); loading.length > 0; loading = store.collectionsLoading()) {
    seen.add(loading.map((id) => slugOf.get(id)).join());
    await nextTurn();
  }
  const orders = [...seen].map((names) => names.split(',').sort().join());
  // The yard came before the store was handed out.
  expect(orders).toEqual(['door,gate', 'gate']);
  await store.close();
});

test('what is loaded answers while the rest is loaded, and who asks for the rest waits for it', async () => {
  const { dir, ids } = await filled();
  const store = await openLmdbStore({ dir, loadSliceMs: 0, loadFirst: ['yard'] });
  const search = async (slug: string) => {
    const wish = { collectionIds: [ids.get(slug)!], modelId: 'model-a', limit: 200, minScore: -1 };
    const [found] = await store.gallery.search({ ...wish, probes: [unit(1, 7, 0)], distinctPersons: true });
    return { found: found!.length, isLoading: store.collectionsLoading().includes(ids.get(slug)!) };
  };
  const [gate, yard] = await Promise.all([search('gate'), search('yard')]);
  expect(yard).toEqual({ found: 40, isLoading: false });
  expect(gate).toEqual({ found: 70, isLoading: false });
  expect(await store.gallery.countSearchable([ids.get('door')!, ids.get('hall')!])).toBe(40);
  await store.close();
});

test('a store that is closed while it loads ends, and can be opened again', async () => {
  const { dir, ids } = await filled();
  const store = await openLmdbStore({ dir, loadSliceMs: 0 });
  const loaded = store.loaded();
  await store.close();
  await expect(loaded).rejects.toThrow('aborted');
  const again = await openLmdbStore({ dir });
  await again.loaded();
  expect(await again.gallery.countSearchable([ids.get('gate')!])).toBe(70);
  await again.close();
});
