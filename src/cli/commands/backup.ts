import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { openErasureList } from '../../adapters/erasure-list/file/open-erasure-list.ts';
import { readBackupSecret } from '../../app/backup-secret.ts';
import { restoreStore } from '../../app/restore-store.ts';
import type { BackupMade, BackupSecret, ListedErasure } from '../../domain/backup.ts';
import type { JobAnswer } from '../../http/dialects/ostiary/wire.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';
import { progressBar } from '../output.ts';

type RestoreOptions = {
  readonly keyFile?: string;
  readonly passphraseFile?: string;
  readonly erasures?: string;
  readonly withoutErasures?: boolean;
};

/** `ostiary backup` and `ostiary restore`. */
export function addBackup(program: Command, run: Run): void {
  program
    .command('backup')
    .description('write all that the store holds now into one encrypted file (exit code 1: it could not)')
    .action(() => run(backup));
  program
    .command('restore')
    .description('make the store again that a backup holds, in a data folder without one')
    .argument('<file>', 'the backup')
    .option('--key-file <file>', 'the key it was made with; that of backup.keyFile when absent')
    .option('--passphrase-file <file>', 'the passphrase it was made with; that of backup.passphraseFile')
    .option('--erasures <file>', 'the list of who was erased; those beside the backup when absent')
    .option('--without-erasures', 'restore without any such list: who was erased since comes back')
    .action((file: string, options: RestoreOptions) => run((context) => restore(context, file, options)));
}

async function backup(context: CommandContext): Promise<ExitCode> {
  const job = await context.withService(async (client) => {
    const begun = await client.call<JobAnswer>({ method: 'POST', path: '/backups' });
    return followJob(client, begun.id, context);
  });
  context.output.result(job, backupText(job));
  return exitCodeOfJob(job);
}

function backupText({ state, report, error }: JobAnswer): string {
  if (state !== 'done') return `There is no backup: ${error?.message ?? `the job was ${state}`}`;
  const { file, bytes, records } = report as BackupMade;
  return `${file}: ${records} records, ${megabytes(bytes)}`;
}

async function restore(
  { output, settings, signal }: CommandContext,
  file: string,
  options: RestoreOptions,
): Promise<ExitCode> {
  const from = resolve(file);
  const restored = await restoreStore(settings(), {
    ...{ file: from, signal, secret: await secretOf(settings().backup, options) },
    erasures: await erasuresOf(from, options),
    onProgress: ({ done, total }) =>
      output.progress(`restore ${progressBar(megabyte(done), megabyte(total))} MB`),
  });
  for (const { message } of restored.problems) output.note(message);
  output.result(
    restored,
    `Restored ${restored.records} records; erased again: ${restored.erased}. Start the service: ostiary serve`,
  );
  return exitCodes.good;
}

async function secretOf(
  set: Parameters<typeof readBackupSecret>[0],
  { keyFile, passphraseFile }: RestoreOptions,
): Promise<BackupSecret> {
  const given = { ...(keyFile && { keyFile: resolve(keyFile) }) };
  const told = { ...given, ...(passphraseFile && { passphraseFile: resolve(passphraseFile) }) };
  const secret = await readBackupSecret(keyFile || passphraseFile ? told : set);
  if (secret) return secret;
  throw new CliError(exitCodes.usage, 'bad-input', 'Expected --key-file or --passphrase-file');
}

/** Nobody must come back because a list was forgotten: to go without one has to be said. */
async function erasuresOf(
  file: string,
  { erasures, withoutErasures = false }: RestoreOptions,
): Promise<readonly ListedErasure[]> {
  if (withoutErasures) return [];
  const lists = erasures === undefined ? await listsBeside(file) : [resolve(erasures)];
  if (lists.length === 0) {
    throw new CliError(
      exitCodes.usage,
      'bad-input',
      'There is no list of erasures beside the backup: expected --erasures <file>, or --without-erasures, which brings back who was erased since',
    );
  }
  return (await Promise.all(lists.map(readList))).flat();
}

async function readList(file: string): Promise<readonly ListedErasure[]> {
  const erasures = await openErasureList(file).read();
  if (erasures) return erasures;
  throw new CliError(exitCodes.usage, 'bad-input', `There is no list of erasures ${file}`);
}

async function listsBeside(file: string): Promise<string[]> {
  const dir = dirname(file);
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.erasures')).map((name) => join(dir, name));
}

function megabyte(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
