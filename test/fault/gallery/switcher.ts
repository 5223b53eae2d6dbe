import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { turnedModel } from '../../fixtures/gallery/telling-crops.ts';

/**
 * Changes the embedding model to model-b: `node switcher.ts <folder>`. Tells on lines of standard output `embedded` for each
 * template that was made, `serving` as soon as the new ones are searched, and `done`.
 */
const [dir] = process.argv.slice(2) as [string];
const { templateModels } = await openLmdbStore({ dir });
const embed = turnedModel('model-b');
const switching = templateModels.switchTo({
  modelId: 'model-b',
  embed: async (crop) => {
    const template = await embed(crop);
    writeSync(1, 'embedded\n');
    return template;
  },
  signal: new AbortController().signal,
  onProgress: async () => undefined,
  graceMs: 0,
});
while (templateModels.serving() === undefined) await nextTurn();
writeSync(1, 'serving\n');
await switching;
writeSync(1, 'done\n');
