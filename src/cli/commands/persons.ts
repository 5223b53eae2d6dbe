import type { Command } from 'commander';
import type { PersonAnswer, PersonsAnswer } from '../../http/dialects/ostiary/people-wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { ServiceClient } from '../service-client.ts';

type Place = { readonly collection: string };
type Change = { readonly what: string; readonly json: Readonly<Record<string, unknown>> };

/** `ostiary persons`: the people of a collection. */
export function addPersons(program: Command, run: Run): void {
  const persons = program.command('persons').description('list, rename, merge, suspend and remove people');
  const command = (name: string, description: string, key = '') => {
    const made = persons.command(name).description(description);
    if (key !== '') made.argument('<person>', key);
    return made.option('--collection <slug>', 'the collection that is meant', 'default');
  };
  const known = 'the name she is known by';
  command('list', 'list the people of a collection').action((place: Place) =>
    run((context) => list(context, place)),
  );
  command('show', 'tell all of one person', known).action((key: string, place: Place) =>
    run((context) => show(context, key, place)),
  );
  command('rename', 'give a person another name in a collection', known)
    .argument('<new name>', 'a name that nobody has there')
    .action((key: string, to: string, place: Place) =>
      run((context) => change(context, key, { ...place, what: `She is known by ${to}.`, json: { key: to } })),
    );
  command('merge', 'give a person’s references to another, and take her out', known)
    .argument('<other>', 'who the two are from then on')
    .action((key: string, into: string, place: Place) =>
      run((context) => merge(context, key, { ...place, into })),
    );
  command('suspend', 'let a person be found nowhere until she is resumed', known).action(
    (key: string, place: Place) =>
      run((context) =>
        change(context, key, { ...place, what: 'She is found nowhere.', json: { status: 'suspended' } }),
      ),
  );
  command('resume', 'let a person be found again', known).action((key: string, place: Place) =>
    run((context) =>
      change(context, key, { ...place, what: 'She is found again.', json: { status: 'active' } }),
    ),
  );
  command('remove', 'take a person out of a collection, with her references there', known).action(
    (key: string, place: Place) => run((context) => remove(context, key, place)),
  );
}

async function list({ output, withService }: CommandContext, { collection }: Place): Promise<ExitCode> {
  const persons = await withService((client) => allPersons(client, collection));
  const rows = persons.map(({ key, status, references, personId }) => [
    key,
    status,
    String(references),
    personId,
  ]);
  const text = table([['name', 'status', 'references', 'id'], ...rows]);
  output.result({ persons }, rows.length === 0 ? 'There is nobody.' : text);
  return exitCodes.good;
}

async function allPersons(client: ServiceClient, collection: string): Promise<PersonAnswer[]> {
  const persons: PersonAnswer[] = [];
  let after: string | undefined;
  do {
    const path = `/collections/${encodeURIComponent(collection)}/persons`;
    const page = await client.call<PersonsAnswer>({ method: 'GET', path, query: { after, limit: 1_000 } });
    persons.push(...page.persons);
    after = page.next;
  } while (after !== undefined);
  return persons;
}

async function show({ output, withService }: CommandContext, key: string, place: Place): Promise<ExitCode> {
  const path = pathOf(key, place);
  const person = await withService((client) => client.call<PersonAnswer>({ method: 'GET', path }));
  output.result(
    person,
    table([
      ['name', person.key],
      ['id', person.personId],
      ['number', String(person.number)],
      ['status', person.status],
      ['valid', `${person.validFrom ?? 'always'} – ${person.validUntil ?? 'for ever'}`],
      ['references', String(person.references)],
      ['created', person.createdAt],
    ]),
  );
  return exitCodes.good;
}

async function change(
  { output, withService }: CommandContext,
  key: string,
  { what, json, ...place }: Place & Change,
): Promise<ExitCode> {
  const path = pathOf(key, place);
  const person = await withService((client) =>
    client.call<PersonAnswer>({ method: 'PATCH', path, body: { json } }),
  );
  output.result(person, what);
  return exitCodes.good;
}

async function merge(
  { output, withService }: CommandContext,
  key: string,
  { into, ...place }: Place & { readonly into: string },
): Promise<ExitCode> {
  const path = `${pathOf(key, place)}/merge`;
  const person = await withService((client) =>
    client.call<PersonAnswer>({ method: 'POST', path, body: { json: { into } } }),
  );
  output.result(person, `The two are ${person.key}, with ${person.references} references.`);
  return exitCodes.good;
}

async function remove({ output, withService }: CommandContext, key: string, place: Place): Promise<ExitCode> {
  const path = pathOf(key, place);
  const removed = await withService((client) => client.call<{ key: string }>({ method: 'DELETE', path }));
  output.result(removed, `${removed.key} is no more in ${place.collection}.`);
  return exitCodes.good;
}

function pathOf(key: string, { collection }: Place): string {
  return `/collections/${encodeURIComponent(collection)}/persons/${encodeURIComponent(key)}`;
}
