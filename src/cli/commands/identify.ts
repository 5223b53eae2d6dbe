import type { Command } from 'commander';
import type { IdentifyAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { eachFile, type FileResult } from '../each-file.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { scoreText, thresholdText } from '../score-text.ts';
import { boxText } from './detect.ts';

type IdentifyOptions = {
  readonly collection: string;
  readonly limit: string;
  readonly fmr?: string;
  readonly fpir?: string;
};

/** `ostiary identify`: tells who is in pictures. */
export function addIdentify(program: Command, run: Run): void {
  program
    .command('identify')
    .description('tell who is in pictures (exit code 1: a picture in which nobody is known)')
    .argument('<file...>', 'pictures')
    .option('--collection <slugs>', 'the collection to search, or several, comma-separated', 'default')
    .option('--limit <count>', 'candidates for each face', '1')
    .option('--fmr <rate>', 'the false-match rate that is accepted for each comparison (0.001 unless told)')
    .option('--fpir <rate>', 'instead: the share of strangers that may be taken for somebody')
    .action((files: string[], options: IdentifyOptions) =>
      run((context) => identify(context, files, options)),
    );
}

async function identify(
  context: CommandContext,
  files: string[],
  options: IdentifyOptions,
): Promise<ExitCode> {
  const { collection: collections, limit, fmr: maxFmr, fpir: maxFpir } = options;
  const query = { collections, limit, maxFmr, maxFpir };
  const results = await context.withService((client) =>
    eachFile(files, {
      atOnce: 2,
      onEach: (body) => client.call<IdentifyAnswer>({ method: 'POST', path: '/identify', query, body }),
    }),
  );
  const answered = results.find(({ ok }) => ok);
  if (answered?.ok) context.output.note(thresholdText(answered.value.threshold));
  context.output.result({ files: results }, results.map(toText).join('\n'));
  return results.every(hasMatch) ? exitCodes.good : exitCodes.negative;
}

function hasMatch(result: FileResult<IdentifyAnswer>): boolean {
  return result.ok && result.value.faces.some(({ candidates }) => candidates.length > 0);
}

function toText(result: FileResult<IdentifyAnswer>): string {
  if (!result.ok) return `${result.file}: ${result.reason} (${result.code})`;
  const lines = result.value.faces.flatMap(({ box, candidates }) => {
    if (candidates.length === 0) return [`  ${boxText(box)}: nobody known`];
    return candidates.map((candidate) => `  ${boxText(box)}: ${candidate.key}, ${scoreText(candidate)}`);
  });
  return [`${result.file}:`, ...lines].join('\n');
}
