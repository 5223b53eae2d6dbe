import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Where LMDB keeps the readers of a file; made beside every one. */
function lockOf(file: string): string {
  return `${file}-lock`;
}

/** Where a file is made that is to be called so. */
export function draftOf(file: string): string {
  return `${file}.draft`;
}

/** Removes what a draft has left, also one that was cut short. */
export async function removeDraft(file: string): Promise<void> {
  const draft = draftOf(file);
  await rm(draft, { force: true });
  await rm(lockOf(draft), { force: true });
}

/** Gives the draft the name, in the place of the file that had it. Who has either open may go on; `syncFolder` makes it last. */
export async function nameDraft(file: string): Promise<void> {
  const draft = draftOf(file);
  await rename(draft, file);
  // Tools that look into the file meet its readers there. Whether they do must not decide on the file's own name.
  await rename(lockOf(draft), lockOf(file)).catch(() => undefined);
}

/**
 * Makes an LMDB file that has its name only when it is whole on the disk: LMDB does not sync the first pages it writes,
 * and a file that a power cut leaves half made cannot be opened. `make` writes the draft and closes it.
 */
export async function makeWhole(file: string, make: (draft: string) => Promise<void>): Promise<void> {
  await removeDraft(file);
  await make(draftOf(file));
  await sync(draftOf(file));
  await nameDraft(file);
  await syncFolder(file);
}

/** Makes the names last that the files of its folder have. */
export async function syncFolder(file: string): Promise<void> {
  await sync(dirname(file));
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
