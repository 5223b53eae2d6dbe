import type { Command } from 'commander';
import type { JobAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';
import { table } from '../output.ts';

type ListOptions = { readonly state?: string; readonly kind?: string; readonly limit?: string };

/** `ostiary jobs`: looks at work that takes long, and cancels it. */
export function addJobs(program: Command, run: Run): void {
  const jobs = program.command('jobs').description('look at work that takes long, and cancel it');
  jobs
    .command('list')
    .description('list jobs, the newest first')
    .option('--state <state>', 'only those: waiting, running, cancelling, done, failed, cancelled')
    .option('--kind <kind>', 'only those of this kind')
    .option('--limit <number>', 'at most so many (100)')
    .action((options: ListOptions) => run((context) => list(context, options)));
  jobs
    .command('show')
    .description('tell all of one job (exit code 1: it failed or was cancelled)')
    .argument('<id>', 'the id that the list shows')
    .option('--follow', 'show how far it is, and end when it does')
    .action((id: string, { follow = false }: { follow?: boolean }) =>
      run((context) => show(context, id, follow)),
    );
  jobs
    .command('cancel')
    .description('tell a job to stop')
    .argument('<id>', 'the id that the list shows')
    .action((id: string) => run((context) => cancel(context, id)));
}

async function list({ output, withService }: CommandContext, options: ListOptions): Promise<ExitCode> {
  const query = { ...options };
  const answer = await withService((client) =>
    client.call<{ jobs: readonly JobAnswer[] }>({ method: 'GET', path: '/jobs', query }),
  );
  const rows = answer.jobs.map((job) => [job.id, job.kind, job.state, progressOf(job), job.createdAt]);
  const headings = ['id', 'kind', 'state', 'progress', 'created'];
  output.result(answer, rows.length === 0 ? 'There are no jobs.' : table([headings, ...rows]));
  return exitCodes.good;
}

async function show(context: CommandContext, id: string, follow: boolean): Promise<ExitCode> {
  const job = await context.withService((client) =>
    follow ? followJob(client, id, context) : client.call<JobAnswer>({ method: 'GET', path: pathOf(id) }),
  );
  context.output.result(job, jobText(job));
  return exitCodeOfJob(job);
}

async function cancel({ output, withService }: CommandContext, id: string): Promise<ExitCode> {
  const job = await withService((client) =>
    client.call<JobAnswer>({ method: 'POST', path: `${pathOf(id)}/cancel` }),
  );
  const told = {
    cancelled: 'The job is cancelled.',
    cancelling: 'The job is told to stop.',
  } as Readonly<Record<string, string>>;
  output.result(job, told[job.state] ?? `The job had ended before: ${job.state}.`);
  return job.state in told ? exitCodes.good : exitCodes.negative;
}

function pathOf(id: string): string {
  return `/jobs/${encodeURIComponent(id)}`;
}

function progressOf({ progress: { done, total } }: JobAnswer): string {
  return total === 0 ? String(done) : `${done}/${total}`;
}

function jobText(job: JobAnswer): string {
  const rows = [
    ['id', job.id],
    ['kind', job.kind],
    ['state', job.state],
    ['progress', progressOf(job)],
    ['created', job.createdAt],
    ['started', job.startedAt ?? '–'],
    ['ended', job.endedAt ?? '–'],
    ...(job.error ? [['error', `${job.error.message} (${job.error.code})`]] : []),
    ...(job.report === undefined ? [] : [['report', JSON.stringify(job.report)]]),
  ];
  return table(rows);
}
