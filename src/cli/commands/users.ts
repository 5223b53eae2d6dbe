import type { Command } from 'commander';
import { rights } from '../../domain/credential.ts';
import type { UserAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';

type CreateOptions = {
  readonly collections?: string;
  readonly allCollections?: true;
  readonly rights?: string;
  readonly name?: string;
};

/** `ostiary users`: the people who log in to the Enface API with a password. */
export function addUsers(program: Command, run: Run): void {
  const users = program.command('users').description('manage the people who log in to the Enface API');
  users
    .command('create')
    .description('make a user; the password is asked for, or taken from standard input')
    .argument('<login>', 'an address such as ann@example.com')
    .option('--collections <slugs>', 'the collections that she reaches, comma-separated; default unless told')
    .option('--all-collections', 'she reaches all collections, also those that are made later')
    .option('--rights <right>', `what she may do: ${rights.slice(0, 2).join(', ')}; write unless told`)
    .option('--name <text>', 'who it is, to be told in lists')
    .action((login: string, options: CreateOptions) => run((context) => create(context, login, options)));
  users
    .command('list')
    .description('list all users')
    .action(() => run(list));
  users
    .command('passwd')
    .description('give a user another password, which ends her sessions')
    .argument('<login>', 'as the list shows it')
    .action((login: string) => run((context) => setPassword(context, login)));
  users
    .command('remove')
    .description('remove a user, with her sessions and tokens')
    .argument('<login>', 'as the list shows it')
    .action((login: string) => run((context) => remove(context, login)));
}

async function create(context: CommandContext, login: string, options: CreateOptions): Promise<ExitCode> {
  const { collections, rights: right, ...rest } = options;
  const json = {
    ...{ login, ...rest },
    password: await context.readPassword(),
    ...(collections !== undefined && { collections: collections.split(',') }),
    ...(right !== undefined && { right }),
  };
  const user = await context.withService((client) =>
    client.call<UserAnswer>({ method: 'POST', path: '/users', body: { json } }),
  );
  context.output.result(user, `${user.login} can log in.`);
  return exitCodes.good;
}

async function list({ output, withService }: CommandContext): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<{ users: readonly UserAnswer[] }>({ method: 'GET', path: '/users' }),
  );
  const rows = answer.users.map((user) => [
    user.login,
    user.right,
    user.collections === 'all' ? 'all' : user.collections.join(', '),
    user.lastUsedAt ?? 'never',
    user.name,
  ]);
  const headings = ['login', 'right', 'collections', 'last used', 'name'];
  output.result(answer, rows.length === 0 ? 'There are no users.' : table([headings, ...rows]));
  return exitCodes.good;
}

async function setPassword(context: CommandContext, login: string): Promise<ExitCode> {
  const json = { password: await context.readPassword() };
  const answer = await context.withService((client) =>
    client.call<{ changed: boolean }>({ method: 'PUT', path: `${pathOf(login)}/password`, body: { json } }),
  );
  context.output.result(answer, answer.changed ? 'The password is changed.' : nobody);
  return answer.changed ? exitCodes.good : exitCodes.negative;
}

async function remove({ output, withService }: CommandContext, login: string): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<{ removed: boolean }>({ method: 'DELETE', path: pathOf(login) }),
  );
  output.result(answer, answer.removed ? 'The user is removed.' : nobody);
  return answer.removed ? exitCodes.good : exitCodes.negative;
}

const nobody = 'There is no such user.';

function pathOf(login: string): string {
  return `/users/${encodeURIComponent(login)}`;
}
