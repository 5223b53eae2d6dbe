import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { secret } from './backups.ts';

/** Makes backups until it is killed: `node maker.ts <store> <backups>`; tells each one that is made. */
const [dir, backups] = process.argv.slice(2) as [string, string];
const store = await openLmdbStore({ dir });
for (;;) {
  const { file } = await store.backups.make({ dir: backups, secret });
  process.stdout.write(`${file}\n`);
}
