import type { Command } from 'commander';
import type { EnrolAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { eachFile, exitCodeOf, type FileResult, failureLines } from '../each-file.ts';
import type { ExitCode } from '../exit-codes.ts';
import { progressBar } from '../output.ts';
import { listPictureFiles } from '../picture-files.ts';

type EnrolAsk = { readonly person: string; readonly paths: readonly string[]; readonly collection: string };

/** `ostiary enrol`: adds pictures of one person to the gallery. */
export function addEnrol(program: Command, run: Run): void {
  program
    .command('enrol')
    .description('add pictures of one person to the gallery; each must show one face')
    .argument('<person>', 'the name to know the person by')
    .argument('<files-or-folder...>', 'pictures, or folders of them')
    .option('--collection <slug>', 'the collection to add to', 'default')
    .action((person: string, paths: string[], { collection }: { collection: string }) =>
      run((context) => enrol(context, { person, paths, collection })),
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
