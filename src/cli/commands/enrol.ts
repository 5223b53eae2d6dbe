import type { Command } from 'commander';
import type { EnrolAnswer } from '../../http/dialects/ostiary/wire.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { eachFile, exitCodeOf, type FileResult, failureLines } from '../each-file.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { progressBar } from '../output.ts';
import { listPictureFiles } from '../picture-files.ts';
import { enrolBatch } from './enrol-batch.ts';

type EnrolAsk = { readonly person: string; readonly paths: readonly string[]; readonly collection: string };

type Options = { readonly collection: string; readonly from?: string };

/** `ostiary enrol`: adds pictures of one person to the gallery, or of many that lie in one file. */
export function addEnrol(program: Command, run: Run): void {
  program
    .command('enrol')
    .description('add pictures of one person to the gallery, or of many; each must show one face')
    .argument('[person]', 'the name to know the person by')
    .argument('[files-or-folder...]', 'pictures, or folders of them')
    .option(
      '--from <file>',
      'instead: a ZIP of <person>/<picture>, or a CSV with the columns person and file',
    )
    .option('--collection <slug>', 'the collection to add to', 'default')
    .action((person: string | undefined, paths: string[], { from, collection }: Options) =>
      run((context) => {
        if (from !== undefined && person === undefined) return enrolBatch(context, { from, collection });
        if (from === undefined && person !== undefined && paths.length > 0)
          return enrol(context, { person, paths, collection });
        throw new CliError(
          exitCodes.usage,
          'bad-input',
          'Expected a person and pictures of hers, or --from with a ZIP or CSV file',
        );
      }),
    );
}

async function enrol({ output, withService }: CommandContext, ask: EnrolAsk): Promise<ExitCode> {
  const files = await listPictureFiles(ask.paths);
  const path = `/collections/${encodeURIComponent(ask.collection)}/persons/${encodeURIComponent(ask.person)}/references`;
  const showProgress = (done: number) => output.progress(`${progressBar(done, files.length)} ${ask.person}`);
  const results = await withService((client) => {
    showProgress(0);
    return eachFile(files, {
      atOnce: 4,
      onEach: (body) => client.call<EnrolAnswer>({ method: 'POST', path, body }),
      onProgress: showProgress,
    });
  });
  output.result({ person: ask.person, collection: ask.collection, files: results }, report(ask, results));
  return exitCodeOf(results);
}

function report({ person, collection }: EnrolAsk, results: readonly FileResult<EnrolAnswer>[]): string {
  const failed = failureLines(results);
  const enrolled = results.length - failed.length;
  const replacing = results.filter((result) => result.ok && result.value.replaced !== undefined).length;
  const places = replacing > 0 ? ` ${replacing} took the place of weaker ones.` : '';
  const summary = `${enrolled} of ${results.length} pictures of ${person} are enrolled in ${collection}.${places}`;
  if (failed.length === 0) return summary;
  return [summary, 'Not enrolled:', ...failed.map((line) => `  ${line}`)].join('\n');
}
