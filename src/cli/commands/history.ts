import type { Command } from 'commander';
import type {
  EventAnswer,
  HistoryAnswer,
  JobAnswer,
  PrunedAnswer,
} from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOfJob, followJob } from '../follow-job.ts';
import { table } from '../output.ts';
import { toInstant } from '../to-instant.ts';

type ListOptions = {
  readonly limit?: string;
  readonly order?: string;
  readonly start?: string;
  readonly from?: string;
  readonly until?: string;
  readonly kind?: string;
  readonly camera?: string;
  readonly person?: string;
  readonly reference?: string;
  readonly known?: string;
};

/** `ostiary history`: tells who was recognised when and where, and takes away what is kept no longer. */
export function addHistory(program: Command, run: Run): void {
  const history = program.command('history').description('tell who was recognised, when and where');
  history
    .command('list')
    .description('list events, the newest first')
    .option('--limit <number>', 'at most so many (100)')
    .option('--order <order>', 'newest or oldest first')
    .option('--start <number>', 'begin with this event, for the next page')
    .option('--from <time>', 'not before, such as 2027-01-31 or 2027-01-31T12:00:00Z')
    .option('--until <time>', 'only before')
    .option('--kind <kinds>', 'only these, comma-separated: identification, verification, sighting, gap')
    .option('--camera <ids>', 'only of these cameras')
    .option('--person <ids>', 'only where one of these persons was found')
    .option('--reference <ids>', 'only where one of these faces was found')
    .option('--known <yes|no>', 'only where somebody, or nobody, was found')
    .action((options: ListOptions) => run((context) => list(context, options)));
  history
    .command('prune')
    .description('take away what is kept no longer, as the service does once a day')
    .option('--dry-run', 'only tell which events would go')
    .action(({ dryRun = false }: { dryRun?: boolean }) =>
      run((context) => (dryRun ? tellPruning(context) : prune(context))),
    );
}

async function list({ output, withService }: CommandContext, options: ListOptions): Promise<ExitCode> {
  const { from, until, ...rest } = options;
  const query = {
    ...rest,
    ...(from !== undefined && { from: toInstant('--from', from) }),
    ...(until !== undefined && { until: toInstant('--until', until) }),
  };
  const answer = await withService((client) =>
    client.call<HistoryAnswer>({ method: 'GET', path: '/history', query }),
  );
  const headings = ['number', 'at', 'kind', 'camera', 'found'];
  const rows = answer.events.map((event) => [
    ...[String(event.number), event.at, event.kind, event.cameraId ?? '–', foundText(event)],
  ]);
  output.result(answer, rows.length === 0 ? 'There are no events.' : table([headings, ...rows]));
  if (answer.next !== undefined) output.note(`There are more: --start ${answer.next}`);
  return exitCodes.good;
}

function foundText({ gap, candidates: [best] }: EventAnswer): string {
  if (gap) return `${gap.count} events were dropped, ${gap.from} to ${gap.to}`;
  if (!best) return 'nobody known';
  return best.name ?? best.personId;
}

async function tellPruning({ output, withService }: CommandContext): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<PrunedAnswer>({ method: 'POST', path: '/history/prune', body: { json: { dryRun: true } } }),
  );
  const { records, oldest, newest } = answer;
  output.result(
    answer,
    records === 0 ? 'Nothing would go.' : `${records} events would go, ${oldest} to ${newest}.`,
  );
  return exitCodes.good;
}

async function prune(context: CommandContext): Promise<ExitCode> {
  const job = await context.withService(async (client) => {
    const body = { json: {} };
    const { id } = await client.call<JobAnswer>({ method: 'POST', path: '/history/prune', body });
    return followJob(client, id, context);
  });
  const { history } = (job.report ?? {}) as { history?: PrunedAnswer };
  const told = history
    ? `${history.records} events are gone.`
    : (job.error?.message ?? `The job is ${job.state}.`);
  context.output.result(job, told);
  return exitCodeOfJob(job);
}
