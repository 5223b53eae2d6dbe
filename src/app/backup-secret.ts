import { readFile } from 'node:fs/promises';
import { readKeyFile } from '../adapters/gallery/lmdb/disk/sealing/key-file.ts';
import { credentialPath } from '../config/credential-path.ts';
import type { Settings } from '../config/schema.ts';
import type { BackupSecret } from '../domain/backup.ts';
import { AppError } from '../domain/errors.ts';

const leastCharacters = 12;

/** What backups are encrypted under; `undefined` where nothing is set. Rejects with `storage-failed`. */
export async function readBackupSecret({
  keyFile,
  passphraseFile,
}: Settings['backup']): Promise<BackupSecret | undefined> {
  if (keyFile !== undefined) return { kind: 'key', bytes: await readKeyFile(pathOf(keyFile)) };
  if (passphraseFile === undefined) return undefined;
  return { kind: 'passphrase', text: await readPassphrase(pathOf(passphraseFile)) };
}

function pathOf(setting: string): string {
  const path = credentialPath(setting);
  if (path) return path;
  throw new AppError('storage-failed', `${setting} is set, and this process was handed no credentials`);
}

async function readPassphrase(file: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('storage-failed', `The passphrase of backups, ${file}, cannot be read (${code})`, {
      cause,
    });
  }
  if (text.length >= leastCharacters) return text;
  throw new AppError(
    'storage-failed',
    `The file ${file} holds no passphrase: expected ${leastCharacters} characters or more`,
  );
}
