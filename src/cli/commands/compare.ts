import type { Command } from 'commander';
import type { CompareAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { readPicture } from '../each-file.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { scoreText } from '../score-text.ts';

type Pair = { readonly source: string; readonly target: string };

/** `ostiary compare`: tells whether two pictures show the same person. */
export function addCompare(program: Command, run: Run): void {
  program
    .command('compare')
    .description('tell whether two pictures show the same person (exit code 1: they do not)')
    .argument('<a>', 'a picture with one face')
    .argument('<b>', 'another picture; of several faces the most similar counts')
    .option('--fmr <rate>', 'the false-match rate that is accepted', '0.001')
    .action((source: string, target: string, options: { fmr: string }) =>
      run((context) => compare(context, { source, target }, options.fmr)),
    );
}

async function compare(
  { output, withService }: CommandContext,
  files: Pair,
  maxFmr: string,
): Promise<ExitCode> {
  const body = new FormData();
  for (const [name, file] of Object.entries(files)) {
    body.set(name, new Blob([Buffer.from(await readPicture(file))]), name);
  }
  const answer = await withService((client) =>
    client.call<CompareAnswer>({ method: 'POST', path: '/compare', query: { maxFmr }, body }),
  );
  const verdict = answer.match ? 'The same person' : 'Different people';
  output.result(answer, `${verdict}: ${scoreText(answer)}`);
  return answer.match ? exitCodes.good : exitCodes.negative;
}
