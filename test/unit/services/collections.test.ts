import { expect, it } from 'vitest';
import { openMemoryGallery } from '../../../src/adapters/gallery/memory/open-memory-gallery.ts';
import { createCollections } from '../../../src/services/collections.ts';

it('a collection that several want at once is made once', async () => {
  await using gallery = openMemoryGallery();
  const collections = createCollections({ gallery });
  const [one, other] = await Promise.all([collections.ensure('door'), collections.ensure('door')]);
  expect(one).toEqual(other);
  expect(await collections.list()).toEqual([one]);
});
