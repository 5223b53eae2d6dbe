import { readFile, rm, writeFile } from 'node:fs/promises';
import { AppError } from '../../../domain/errors.ts';
import type { SecretFile } from '../../../domain/ports/secret-file.ts';

/** A secret in a file of mode 0600. */
export function secretFile(path: string): SecretFile {
  return {
    path,
    async read() {
      try {
        return (await readFile(path, 'utf8')).trim();
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
        throw new AppError('storage-failed', `The file ${path} cannot be read`, { cause });
      }
    },
    async write(secret) {
      try {
        // What is there may be readable by others: a new file is not.
        await rm(path, { force: true });
        await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
      } catch (cause) {
        throw new AppError('storage-failed', `The file ${path} cannot be written`, { cause });
      }
    },
    remove: () => rm(path, { force: true }),
  };
}
