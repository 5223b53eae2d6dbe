import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes an LMDB file that has its name only when it is whole on the disk: LMDB does not sync the first pages it writes,
 * and a file that a power cut leaves half made cannot be opened. `make` writes the draft and closes it.
 */
export async function makeWhole(file: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${file}.draft`;
  // Where LMDB keeps its readers; made beside every file.
  const draftLock = `${draft}-lock`;
  await rm(draft, { force: true });
  await rm(draftLock, { force: true });
  await make(draft);
  await rm(draftLock, { force: true });
  await sync(draft);
  await rename(draft, file);
  await sync(dirname(file));
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
