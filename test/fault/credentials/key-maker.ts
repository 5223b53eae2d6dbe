import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { createAccess } from '../../../src/services/access.ts';
import { createKeys } from '../../../src/services/keys.ts';

/**
 * Makes sets of keys until it is killed: `node key-maker.ts <folder> <round>`. Each set has a name of its own, which is
 * told on a line of standard output when the set is made.
 */
const [dir, round] = process.argv.slice(2) as [string, string];
const { gallery, credentials } = await openLmdbStore({ dir });
const access = createAccess({ credentials });
const collection = (await gallery.findCollection('door')) ?? (await gallery.createCollection('door', 'Door'));

async function makeForEver(lane: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    const name = `${round}-${lane}-${turn}`;
    await createKeys(access, { dialect: 'compreface', right: 'write', reach: [collection.id], name });
    writeSync(1, `${name}\n`);
  }
}

await Promise.all([0, 1, 2].map(makeForEver));
