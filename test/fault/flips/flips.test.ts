import { expect, test } from 'vitest';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { askDamagedStores } from './flips.ts';

const copies = 25;

test(`of ${copies} stores with flipped bits and overwritten bytes none gives a wrong answer, or an error that is not ours`, async () => {
  const flipped = await askDamagedStores(await ownFolder(), copies);
  expect(flipped).toHaveLength(copies);
  const bad = ['foreign error', 'process ended', 'wrong answer'];
  expect(flipped.filter(({ conduct }) => bad.includes(conduct))).toEqual([]);
  expect(flipped.map(({ conduct }) => conduct)).toContain('damage told');
});
