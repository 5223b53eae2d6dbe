import type { Command } from 'commander';
import type { CountsAnswer } from '../../http/dialects/ostiary/people-wire.ts';
import type { CollectionAnswer, CountedCollectionAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';

/** `ostiary collections`: the named sets that are searched together. */
export function addCollections(program: Command, run: Run): void {
  const collections = program.command('collections').description('make, list, rename and remove collections');
  collections
    .command('list')
    .description('list all collections')
    .action(() => run(list));
  collections
    .command('show')
    .description('tell how much a collection holds')
    .argument('<collection>', 'its slug, name or id')
    .action((collection: string) => run((context) => show(context, collection)));
  collections
    .command('create')
    .description('make a collection')
    .argument('<slug>', 'letters, digits, _ and -, at most 48')
    .option('--name <text>', 'a name for people; the slug unless told')
    .action((slug: string, options: { readonly name?: string }) =>
      run((context) => create(context, slug, options)),
    );
  collections
    .command('rename')
    .description('give a collection another slug or name')
    .argument('<collection>', 'its slug, name or id')
    .option('--slug <slug>', 'the new slug')
    .option('--name <text>', 'the new name')
    .action((collection: string, options: { readonly slug?: string; readonly name?: string }) =>
      run((context) => rename(context, collection, options)),
    );
  collections
    .command('remove')
    .description('take a collection away with all its members, who stay in others')
    .argument('<collection>', 'its slug, name or id')
    .action((collection: string) => run((context) => remove(context, collection)));
}

async function list({ output, withService }: CommandContext): Promise<ExitCode> {
  const answer = await withService((client) =>
    client.call<{ collections: readonly CollectionAnswer[] }>({ method: 'GET', path: '/collections' }),
  );
  const rows = answer.collections.map(({ slug, name, id, createdAt }) => [slug, name, id, createdAt]);
  output.result(answer, table([['slug', 'name', 'id', 'created'], ...rows]));
  return exitCodes.good;
}

async function show({ output, withService }: CommandContext, collection: string): Promise<ExitCode> {
  const path = pathOf(collection);
  const found = await withService((client) => client.call<CountedCollectionAnswer>({ method: 'GET', path }));
  const { slug, name, id, members, references, createdAt } = found;
  output.result(
    found,
    table([
      ['slug', slug],
      ['name', name],
      ['id', id],
      ['persons', String(members)],
      ['references', String(references)],
      ['created', createdAt],
    ]),
  );
  return exitCodes.good;
}

async function create(
  { output, withService }: CommandContext,
  slug: string,
  options: { readonly name?: string },
): Promise<ExitCode> {
  const body = { json: { slug, ...options } };
  const made = await withService((client) =>
    client.call<CollectionAnswer>({ method: 'POST', path: '/collections', body }),
  );
  output.result(made, `The collection ${made.slug} is made.`);
  return exitCodes.good;
}

async function rename(
  { output, withService }: CommandContext,
  collection: string,
  json: { readonly slug?: string; readonly name?: string },
): Promise<ExitCode> {
  const changed = await withService((client) =>
    client.call<CollectionAnswer>({ method: 'PATCH', path: pathOf(collection), body: { json } }),
  );
  output.result(changed, `The collection is ${changed.slug}, called ${changed.name}.`);
  return exitCodes.good;
}

async function remove({ output, withService }: CommandContext, collection: string): Promise<ExitCode> {
  const path = pathOf(collection);
  const counts = await withService((client) => client.call<CountsAnswer>({ method: 'DELETE', path }));
  const { members, references } = counts;
  output.result(counts, `The collection is gone, with ${members} persons and ${references} references.`);
  return exitCodes.good;
}

function pathOf(collection: string): string {
  return `/collections/${encodeURIComponent(collection)}`;
}
