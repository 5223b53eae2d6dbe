import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { pictured } from '../../fixtures/gallery/faces.ts';

/**
 * Writes to a gallery until it is killed: `node writer.ts <folder> <round>`. Each acknowledged write is told on a line
 * of standard output: `enrolled <key> <reference> <person>`, `erased <person>`, `renamed <from> <to>`.
 */
const [dir, round] = process.argv.slice(2) as [string, string];
const store = await openLmdbStore({ dir });
const { gallery } = store;
const collection = (await gallery.findCollection('door')) ?? (await gallery.createCollection('door', 'Door'));

// A synchronous write: what was acknowledged is told before the next thing happens.
const tell = (line: string) => writeSync(1, `${line}\n`);

async function writeForEver(lane: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    const key = `${round}-${lane}-${turn}`;
    const face = pictured([lane + 1, turn, 1], key);
    const { id, personId } = await gallery.enrol(collection.id, key, face);
    tell(`enrolled ${key} ${id} ${personId}`);
    if (turn % 3 === 0) {
      await gallery.erase(personId);
      tell(`erased ${personId}`);
    } else if (turn % 3 === 1) {
      await gallery.renameMembership(collection.id, key, `${key}-renamed`);
      tell(`renamed ${key} ${key}-renamed`);
    }
  }
}

await Promise.all([0, 1, 2, 3].map(writeForEver));
