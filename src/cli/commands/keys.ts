import type { Command } from 'commander';
import { dialectNames, rights } from '../../domain/credential.ts';
import type { KeyAnswer, NewKeyAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';
import { toInstant } from '../to-instant.ts';

type CreateOptions = {
  readonly collections?: string;
  readonly allCollections?: true;
  readonly rights?: string;
  readonly service?: string;
  readonly name?: string;
  readonly expires?: string;
};

/** `ostiary keys`: makes, lists and revokes the keys that clients show. */
export function addKeys(program: Command, run: Run): void {
  const keys = program.command('keys').description('make, list and revoke the keys of clients');
  keys
    .command('create')
    .description('make what a client of an API shows; a secret is shown this once')
    .argument('<dialect>', `the API: ${dialectNames.join(', ')}`)
    .option('--collections <slugs>', 'the collections that it reaches, comma-separated; default unless told')
    .option('--all-collections', 'it reaches all collections, also those that are made later')
    .option('--rights <right>', `what it may do: ${rights.join(', ')}; write unless told`)
    .option('--service <service>', 'of compreface: only the key of this service')
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
  const { expires, collections, rights: right, ...rest } = options;
  const json = {
    ...{ dialect, ...rest },
    ...(collections !== undefined && { collections: collections.split(',') }),
    ...(right !== undefined && { right }),
    ...(expires !== undefined && { expiresAt: toInstant('--expires', expires) }),
  };
  const answer = await context.withService((client) =>
    client.call<{ keys: readonly NewKeyAnswer[] }>({ method: 'POST', path: '/keys', body: { json } }),
  );
  context.output.result(answer, table(answer.keys.map(toShown)));
  return exitCodes.good;
}

/** What it is for, or where a client shows it, and how. */
function toShown({ dialect, services, secret }: NewKeyAnswer): [string, string] {
  switch (dialect) {
    case 'compreface':
      return [services.join(' '), secret];
    case 'face-match-expert':
      return ['Authorization', secret];
    case 'findface':
      return ['Authorization', `Token ${secret}`];
    case 'enface':
      return ['token', secret];
    case 'face-search':
    case 'ostiary':
      return ['x-api-key', secret];
  }
}

async function list({ output, withService }: CommandContext): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<{ keys: readonly KeyAnswer[] }>({ method: 'GET', path: '/keys' }),
  );
  const rows = answer.keys.map((key) => [
    key.id,
    key.dialect,
    key.services.length === 1 ? key.services[0]! : 'all',
    key.right,
    key.collections === 'all' ? 'all' : key.collections.join(', '),
    stateOf(key),
    key.lastUsedAt ?? 'never',
    key.name,
  ]);
  const headings = ['id', 'dialect', 'service', 'right', 'collections', 'state', 'last used', 'name'];
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
