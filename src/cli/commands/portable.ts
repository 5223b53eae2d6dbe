import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { JobAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';
import { addImportCompreFace } from './import-compreface.ts';

type ExportOptions = { readonly to?: string; readonly collection?: readonly string[] };

/** `ostiary export` and `ostiary import`: a gallery in a form that others can read too. */
export function addPortable(program: Command, run: Run): void {
  program
    .command('export')
    .description('write persons, faces and pictures as JSON lines and files, in the clear')
    .option('--to <folder>', 'a folder that is not there yet; a new one below portable.dir when absent')
    .option('--collection <slug...>', 'only these collections; all when absent')
    .action((options: ExportOptions) => run((context) => exportGallery(context, options)));
  const importing = program
    .command('import')
    .description('add what an export holds (exit code 1: lines were refused, or it failed)')
    .argument('<folder>', 'the folder of the export')
    .action((folder: string) => run((context) => importGallery(context, folder)));
  addImportCompreFace(importing, run);
}

async function exportGallery(
  context: CommandContext,
  { to, collection: collections }: ExportOptions,
): Promise<ExitCode> {
  const json = { ...(to !== undefined && { folder: resolve(to) }), ...(collections && { collections }) };
  const job = await follow(context, '/exports', json);
  context.output.result(job, exportText(job));
  return exitCodeOfJob(job);
}

async function importGallery(context: CommandContext, folder: string): Promise<ExitCode> {
  const job = await follow(context, '/imports', { folder: resolve(folder) });
  context.output.result(job, importText(job));
  if (job.state === 'done' && refusedIn(job) > 0) return exitCodes.negative;
  return exitCodeOfJob(job);
}

function follow(context: CommandContext, path: string, json: object): Promise<JobAnswer> {
  return context.withService(async (client) => {
    const begun = await client.call<JobAnswer>({ method: 'POST', path, body: { json } });
    return followJob(client, begun.id, context);
  });
}

function exportText(job: JobAnswer): string {
  if (job.state !== 'done') return failureText(job);
  const { folder, collections, persons, faces } = job.report as Record<string, string | number>;
  return `${folder}: ${collections} collections, ${persons} persons, ${faces} faces. This is biometric data in the clear.`;
}

type Counts = { readonly added: number; readonly present: number; readonly refused: number };
const lists = ['collections', 'persons', 'faces'] as const;

function importText(job: JobAnswer): string {
  if (job.state !== 'done') return failureText(job);
  const report = job.report as Record<string, Counts>;
  return lists
    .map((list) => {
      const { added, present, refused } = report[list]!;
      return `${list}: ${added} added, ${present} there before, ${refused} refused`;
    })
    .join('\n');
}

function refusedIn({ report }: JobAnswer): number {
  return lists.reduce((sum, list) => sum + (report as Record<string, Counts>)[list]!.refused, 0);
}

function failureText({ kind, state, error }: JobAnswer): string {
  return `The ${kind} is not whole: ${error?.message ?? `the job was ${state}`}`;
}
