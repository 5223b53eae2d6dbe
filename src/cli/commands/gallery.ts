import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readKeyFile } from '../../adapters/gallery/lmdb/disk/sealing/key-file.ts';
import { rewrapLmdbStore } from '../../adapters/gallery/lmdb/rewrap-lmdb-store.ts';
import { readStoreKey } from '../../app/store-key.ts';
import { storeFolder } from '../../config/places.ts';
import type { Scrubbed } from '../../domain/scrub.ts';
import type { StoreReport } from '../../domain/store-report.ts';
import type { JobAnswer } from '../../http/dialects/ostiary/wire.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodeFor, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';
import { reportText } from '../store-report-text.ts';

type VerifyOptions = { readonly repair?: boolean };
type RewrapOptions = { readonly to: string; readonly from?: string };

/** `ostiary gallery`: looks after the store. */
export function addGallery(program: Command, run: Run): void {
  const gallery = program.command('gallery').description('look after the store of faces');
  gallery
    .command('verify')
    .description('look at every record of the store (exit code 1: something is wrong that was not set right)')
    .option('--repair', 'make anew what other records know')
    .action((options: VerifyOptions) => run((context) => verify(context, options)));
  gallery
    .command('rewrap')
    .description('seal the store under another key; the service has to be stopped')
    .requiredOption('--to <file>', 'the file with the new key')
    .option('--from <file>', 'the file with the present key; that of store.keyFile when absent')
    .action((options: RewrapOptions) => run((context) => rewrap(context, options)));
  gallery
    .command('scrub')
    .description('take the bytes of what was removed out of the files now (exit code 1: it could not)')
    .action(() => run(scrub));
}

async function scrub(context: CommandContext): Promise<ExitCode> {
  const job = await context.withService(async (client) => {
    const begun = await client.call<JobAnswer>({ method: 'POST', path: '/gallery/scrub' });
    return followJob(client, begun.id, context);
  });
  context.output.result(job, scrubText(job));
  return exitCodeOfJob(job);
}

function scrubText({ state, report, error }: JobAnswer): string {
  if (state !== 'done') return `The files were not scrubbed: ${error?.message ?? `the job was ${state}`}`;
  const { erasures, bytesBefore, bytesAfter } = report as { [Name in keyof Scrubbed]: number };
  const [before, after] = [bytesBefore, bytesAfter].map((bytes) => (bytes / 1e6).toFixed(1));
  return `No byte of what was removed is left in the files (${before} MB before, ${after} MB now); erasures completed: ${erasures}.`;
}

async function verify(context: CommandContext, { repair = false }: VerifyOptions): Promise<ExitCode> {
  const { output, withService } = context;
  const job = await withService(async (client) => {
    const body = { json: { repair } };
    const { id } = await client.call<JobAnswer>({ method: 'POST', path: '/gallery/verify', body });
    return followJob(client, id, context);
  });
  if (job.state !== 'done') {
    output.result(job, `The store was not looked at to the end: ${job.error?.message ?? job.state}`);
    return job.error ? exitCodeFor(job.error.code) : exitCodes.negative;
  }
  const report = job.report as StoreReport;
  output.result(report, reportText(report));
  return report.counts.lost + report.counts.repairable > 0 ? exitCodes.negative : exitCodes.good;
}

async function rewrap({ output, settings }: CommandContext, options: RewrapOptions): Promise<ExitCode> {
  const present =
    options.from === undefined ? await readStoreKey(settings()) : await readKeyFile(resolve(options.from));
  if (!present) {
    throw new CliError(exitCodes.usage, 'bad-input', '--from: expected the file with the present key');
  }
  const to = resolve(options.to);
  await rewrapLmdbStore(storeFolder(settings()), { from: present, to: await readKeyFile(to) });
  output.result(
    { rewrapped: true },
    `The store is sealed under the new key: set store.keyFile to ${to}, and keep the old key for backups made before.`,
  );
  return exitCodes.good;
}
