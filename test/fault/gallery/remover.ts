import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';

/**
 * Removes one who has very many references: `node remover.ts <folder> <way>`, where the way is `clear`, `remove` or
 * `erase`. Tells `hidden` on a line of standard output as soon as nobody sees her.
 */
const [dir, way] = process.argv.slice(2) as [string, string];
const { gallery } = await openLmdbStore({ dir });
const { id } = (await gallery.findCollection('door'))!;
const { personId } = (await gallery.findMembership(id, 'Ann'))!;
if (way === 'clear') void gallery.clearCollection(id);
else if (way === 'remove') void gallery.removeMembership(id, 'Ann');
else void gallery.erase(personId);
while (await gallery.findMembership(id, 'Ann')) await nextTurn();
writeSync(1, 'hidden\n');
