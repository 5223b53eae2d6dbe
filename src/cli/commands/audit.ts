import type { Command } from 'commander';
import type { AuditAnswer, AuditEntryAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';
import { toInstant } from '../to-instant.ts';

type AuditOptions = {
  readonly limit?: string;
  readonly before?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly collection?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly until?: string;
};

/** `ostiary audit`: tells what was done by whom. */
export function addAudit(program: Command, run: Run): void {
  program
    .command('audit')
    .description('tell what was done by whom, the newest first')
    .option('--limit <number>', 'at most so many (100)')
    .option('--before <number>', 'only entries with lower numbers, for the next page')
    .option('--action <actions>', 'only these, comma-separated')
    .option('--actor <actor>', 'local, service, client, an API such as compreface, or the id of a credential')
    .option('--collection <slug>', 'only what was done in this collection')
    .option('--subject <id>', 'only what was done to this person, reference or credential')
    .option('--from <time>', 'not before, such as 2027-01-31 or 2027-01-31T12:00:00Z')
    .option('--until <time>', 'only before')
    .action((options: AuditOptions) => run((context) => tell(context, options)));
}

async function tell({ output, withService }: CommandContext, options: AuditOptions): Promise<ExitCode> {
  const { from, until, ...rest } = options;
  const query = {
    ...rest,
    ...(from !== undefined && { from: toInstant('--from', from) }),
    ...(until !== undefined && { until: toInstant('--until', until) }),
  };
  const answer = await withService((client) =>
    client.call<AuditAnswer>({ method: 'GET', path: '/audit', query }),
  );
  const headings = ['number', 'at', 'actor', 'action', 'outcome', 'collection', 'subjects', 'details'];
  const rows = answer.entries.map(rowOf);
  output.result(answer, rows.length === 0 ? 'There are no entries.' : table([headings, ...rows]));
  if (answer.nextBefore !== undefined) output.note(`There may be more: --before ${answer.nextBefore}`);
  return exitCodes.good;
}

function rowOf(entry: AuditEntryAnswer): string[] {
  const { number, at, actor, action, outcome, collectionId, subjectIds, details } = entry;
  const { kind, ...rest } = actor;
  const told = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  return [
    ...[String(number), at, [kind, ...Object.values(rest)].join(' '), action, outcome],
    ...[collectionId ?? '–', subjectIds.join(' ') || '–', told.join(' ')],
  ];
}
