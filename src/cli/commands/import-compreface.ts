import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { JobAnswer } from '../../http/dialects/ostiary/wire.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';

type Options = { readonly collection: string; readonly keyFile?: string };
type Given = Options & { readonly url: string; readonly key: string | undefined };

/** `ostiary import compreface`: moves the subjects of a running CompreFace here. */
export function addImportCompreFace(importing: Command, run: Run): void {
  importing
    .command('compreface')
    .description('move the subjects of a running CompreFace here (exit code 1: some were not, or it failed)')
    .argument('<url>', 'where it is, such as http://host:8000')
    .argument('[key]', 'of its recognition service; - (or none) asks for it, or reads what is piped in')
    .option('--key-file <file>', 'a file with the key')
    .option('--collection <slug>', 'the collection to move them to', 'default')
    .action((url: string, key: string | undefined, options: Options) => {
      hideArguments();
      return run((context) => importCompreFace(context, { url, key, ...options }));
    });
}

/** The list of processes shows the command line to everybody: from now on without the key. */
function hideArguments(): void {
  process.title = 'ostiary import compreface';
}

async function importCompreFace(context: CommandContext, given: Given): Promise<ExitCode> {
  const json = { url: given.url, key: await keyOf(context, given), collection: given.collection };
  const job = await context.withService(async (client) => {
    const path = '/imports/compreface';
    const begun = await client.call<JobAnswer>({ method: 'POST', path, body: { json } });
    context.output.progress(`Job ${begun.id} …`);
    return followJob(client, begun.id, context);
  });
  context.output.result(job, textOf(job));
  if (job.state !== 'done') return exitCodeOfJob(job);
  const { examples, subjects } = job.report as Report;
  return examples.failed + subjects.failed > 0 ? exitCodes.negative : exitCodes.good;
}

async function keyOf({ readKey }: CommandContext, { key, keyFile }: Given): Promise<string> {
  if (keyFile === undefined) return key === undefined || key === '-' ? readKey() : key;
  if (key !== undefined)
    throw new CliError(exitCodes.usage, 'bad-input', 'Expected a key or --key-file, not both');
  try {
    return (await readFile(keyFile, 'utf8')).trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'unreadable';
    throw new CliError(exitCodes.usage, 'bad-input', `The file ${keyFile} cannot be read (${code})`);
  }
}

type Counts = { readonly added: number; readonly present: number; readonly failed: number };
type Report = {
  readonly examples: Counts;
  readonly subjects: Counts;
  readonly failures: readonly {
    readonly imageId?: string;
    readonly subject?: number;
    readonly code: string;
    readonly message: string;
  }[];
};

function textOf(job: JobAnswer): string {
  if (job.state !== 'done')
    return `The import is not whole: ${job.error?.message ?? `the job was ${job.state}`}`;
  const { examples, subjects, failures } = job.report as Report;
  const failed = examples.failed + subjects.failed;
  const more = failed > failures.length ? [`  and ${failed - failures.length} more`] : [];
  return [
    `examples: ${countsText(examples)}`,
    `subjects without one: ${countsText(subjects)}`,
    ...(failed > 0 ? ['Not moved:'] : []),
    ...failures.map(
      ({ imageId, subject, message, code }) =>
        `  ${imageId === undefined ? `subject ${subject} of its list` : `image ${imageId}`}: ${message} (${code})`,
    ),
    ...more,
  ].join('\n');
}

function countsText({ added, present, failed }: Counts): string {
  return `${added} added, ${present} there before, ${failed} failed`;
}
