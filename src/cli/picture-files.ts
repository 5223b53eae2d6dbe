import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasPictureEnding } from '../domain/picture-endings.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** The files that are named, and of each folder that is named the pictures directly in it, in the order of their names. */
export async function listPictureFiles(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(paths.map(listOne));
  const files = lists.flat();
  if (files.length === 0) {
    throw new CliError(exitCodes.usage, 'no-pictures', `There is no picture in ${paths.join(', ')}`);
  }
  return files;
}

async function listOne(path: string): Promise<string[]> {
  // A file that is not there is reported with the others that fail, not before them.
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? await picturesIn(path) : [path];
}

/** The pictures directly in the folder, in the order of their names. */
export async function picturesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && hasPictureEnding(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
}
