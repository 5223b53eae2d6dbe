import type { Command } from 'commander';
import type { ErasureAnswer } from '../../http/dialects/ostiary/wire.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../output.ts';

type EraseOptions = { readonly collection: string; readonly id?: string };

/** `ostiary erase` and `ostiary erasures`: forgets a person for ever, and tells how far that is. */
export function addErasures(program: Command, run: Run): void {
  program
    .command('erase')
    .description('forget a person for ever, in all collections; this cannot be undone')
    .argument('[person]', 'the name she is known by')
    .option('--collection <slug>', 'the collection in which she has that name', 'default')
    .option('--id <id>', 'instead of a name: the id of the person')
    .action((person: string | undefined, options: EraseOptions) =>
      run((context) => erase(context, person, options)),
    );
  program
    .command('erasures')
    .description('look at erasures')
    .command('show')
    .description('tell when she was hidden, when her records were removed, and when their last byte was')
    .argument('<id>', 'the id of the person who was erased')
    .action((id: string) => run((context) => show(context, id)));
}

async function erase(
  { output, withService }: CommandContext,
  person: string | undefined,
  { collection, id }: EraseOptions,
): Promise<ExitCode> {
  if ((person === undefined) === (id === undefined)) {
    throw new CliError(exitCodes.usage, 'bad-input', 'Expected the name of a person, or --id');
  }
  const body = { json: id === undefined ? { collection, person } : { personId: id } };
  const receipt = await withService((client) =>
    client.call<ErasureAnswer>({ method: 'POST', path: '/erasures', body }),
  );
  output.result(receipt, receiptText(receipt));
  return exitCodes.good;
}

async function show({ output, withService }: CommandContext, id: string): Promise<ExitCode> {
  const path = `/erasures/${encodeURIComponent(id)}`;
  const receipt = await withService((client) => client.call<ErasureAnswer>({ method: 'GET', path }));
  output.result(receipt, receiptText(receipt));
  return exitCodes.good;
}

function receiptText({ personId, references, hiddenAt, removedAt, scrubbedAt }: ErasureAnswer): string {
  return table([
    ['person', personId],
    ['references', String(references)],
    ['hidden', hiddenAt],
    ['removed', removedAt ?? 'not yet'],
    ['scrubbed', scrubbedAt ?? 'within a day; at once by: ostiary gallery scrub'],
  ]);
}
