import { expect, test } from 'vitest';
import { ownFolder } from '../../fixtures/gallery/folders.ts';
import { compileShim } from '../power-cut/under-power-cut.ts';
import { runRounds } from './rounds.ts';

const rounds = 4;
/** The stores of an odd one begin with a sealed one, those of an even one with one that is not. */
const seed = 1;

test(`kill −9 while all kinds of writes are under way, ${rounds} times, loses none that was acknowledged and halves none`, async () => {
  const root = await ownFolder();
  const { violation, writes } = await runRounds({ root, rounds, seed, cut: 'kill' });
  expect(violation).toBeUndefined();
  expect(writes).toBeGreaterThan(0);
});

test(`neither do ${rounds} power cuts, on a disk that drops, reorders and tears what was not synced`, async () => {
  const root = await ownFolder();
  const { violation, writes } = await runRounds({
    root,
    rounds,
    seed: seed + 1,
    cut: { shim: compileShim(root) },
  });
  expect(violation).toBeUndefined();
  expect(writes).toBeGreaterThan(0);
});

test.for(['kill', 'power cut'] as const)(
  'a %s while the files of the store are put in the place of others loses nothing either',
  async (way) => {
    const root = await ownFolder();
    const cut = way === 'kill' ? way : { shim: compileShim(root) };
    const { violation, scrubs } = await runRounds({ root, rounds, seed, cut, scrubbed: true });
    expect(violation).toBeUndefined();
    if (way === 'kill') expect(scrubs).toBeGreaterThan(0);
  },
);

test.for(['kill', 'power cut'] as const)(
  'a %s while the embedding model is changed loses nothing either, and leaves one model serving',
  async (way) => {
    const root = await ownFolder();
    const cut = way === 'kill' ? way : { shim: compileShim(root) };
    const { violation, switches } = await runRounds({ root, rounds, seed: seed + 2, cut, switched: true });
    expect(violation).toBeUndefined();
    if (way === 'kill') expect(switches).toBeGreaterThan(0);
  },
);

test('a store that does not sync is found out by a few power cuts', async () => {
  const root = await ownFolder();
  const cut = { shim: compileShim(root) };
  expect(await runRounds({ root, rounds: 30, seed, cut, withoutSync: true })).toHaveProperty('violation');
});
