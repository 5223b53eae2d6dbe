import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import { namesIn, secret } from './backups.ts';

/**
 * Makes a backup, and then others until it has seen one with so many bytes written, when it kills itself:
 * `node maker.ts <store> <backups> <bytes>`.
 */
const [dir, backups, bytes] = process.argv.slice(2) as [string, string, string];
const store = await openLmdbStore({ dir });
await store.backups.make({ dir: backups, secret });
for (;;) {
  let isMade = false;
  const making = store.backups.make({ dir: backups, secret }).then(() => {
    isMade = true;
  });
  while (!isMade) {
    const draft = (await namesIn(backups)).find((name) => name.endsWith('.draft'));
    const { size } = (draft && statSync(join(backups, draft), { throwIfNoEntry: false })) || { size: -1 };
    if (size >= Number(bytes)) process.kill(process.pid, 'SIGKILL');
    await nextTurn();
  }
  await making;
}
