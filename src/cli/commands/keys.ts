import type { Command } from 'commander';
import type { KeyAnswer, NewKeyAnswer } from '../../http/dialects/ostiary/wire.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';

type CreateOptions = {
  readonly collection: string;
  readonly service?: string;
  readonly name?: string;
  readonly expires?: string;
};

/** `ostiary keys`: makes, lists and revokes the keys that clients show. */
export function addKeys(program: Command, run: Run): void {
  const keys = program.command('keys').description('make, list and revoke the keys of clients');
  keys
    .command('create')
    .description('make a key for each service of an API; a secret is shown this once')
    .argument('<dialect>', 'the API: compreface, ostiary')
    .option('--collection <slug>', 'the collection that recognition reaches', 'default')
    .option('--service <service>', 'only the key of this service')
    .option('--name <text>', 'what the keys are for, to be told in lists')
    .option('--expires <time>', 'when they end, such as 2027-01-31 or 2027-01-31T12:00:00Z')
    .action((dialect: string, options: CreateOptions) => run((context) => create(context, dialect, options)));
  keys
    .command('list')
    .description('list all keys, without their secrets')
    .action(() => run(list));
  keys
    .command('revoke')
    .description('end a key for ever')
    .argument('<id>', 'the id that the list shows')
    .action((id: string) => run((context) => revoke(context, id)));
}

async function create(context: CommandContext, dialect: string, options: CreateOptions): Promise<ExitCode> {
  const { expires, ...rest } = options;
  const expiry = expires === undefined ? {} : { expiresAt: toInstant(expires) };
  const body = { json: { dialect, ...rest, ...expiry } };
  const answer = await context.withService((client) =>
    client.call<{ keys: readonly NewKeyAnswer[] }>({ method: 'POST', path: '/keys', body }),
  );
  context.output.result(answer, table(answer.keys.map(({ service, secret }) => [service, secret])));
  return exitCodes.good;
}

function toInstant(text: string): string {
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new CliError(exitCodes.usage, 'bad-input', `--expires: ${text} is no date such as 2027-01-31`);
}

async function list({ output, withService }: CommandContext): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<{ keys: readonly KeyAnswer[] }>({ method: 'GET', path: '/keys' }),
  );
  const rows = answer.keys.map((key) => [
    key.id,
    key.dialect,
    key.service,
    key.collections.join(', '),
    stateOf(key),
    key.lastUsedAt ?? 'never',
    key.name,
  ]);
  const headings = ['id', 'dialect', 'service', 'collections', 'state', 'last used', 'name'];
  output.result(answer, rows.length === 0 ? 'There are no keys.' : table([headings, ...rows]));
  return exitCodes.good;
}

function stateOf({ revokedAt, expiresAt }: KeyAnswer): string {
  if (revokedAt !== undefined) return 'revoked';
  if (expiresAt === undefined) return 'good';
  return Date.parse(expiresAt) <= Date.now() ? 'expired' : `good until ${expiresAt}`;
}

async function revoke({ output, withService }: CommandContext, id: string): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<{ revoked: boolean }>({ method: 'DELETE', path: `/keys/${encodeURIComponent(id)}` }),
  );
  output.result(
    answer,
    answer.revoked ? 'The key is revoked.' : 'There is no such key, or it was revoked before.',
  );
  return answer.revoked ? exitCodes.good : exitCodes.negative;
}
