import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { openPinoLog } from '../../adapters/log/pino/pino-log.ts';
import { startVision } from '../../adapters/vision/process/start-vision.ts';
import { visionOptions } from '../../app/vision-options.ts';
import { type Calibration, calibrateOnHalf, type UnseenRow } from '../../domain/calibration.ts';
import { AppError } from '../../domain/errors.ts';
import type { Template } from '../../domain/face.ts';
import type { Vision } from '../../domain/ports/vision.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { eachFile, type FileResult, failureLines } from '../each-file.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { progressBar, table } from '../output.ts';
import { picturesIn } from '../picture-files.ts';

type Options = { readonly network?: string; readonly data: string };
type Report = Calibration & { readonly modelId: string; readonly leftOut: readonly FileResult<Template>[] };

/** `ostiary models calibrate`: needs neither service nor store, and keeps nothing of the pictures. */
export function addCalibrate(models: Command, run: Run): void {
  models
    .command('calibrate')
    .description('measure how alike strangers are to an embedding network, on labelled pictures')
    .argument('<folder>', 'a folder with one folder for each person; each picture there shows nobody else')
    .option('--network <id>', 'the embedding network; the one of the configured profile unless told')
    .option(
      '--data <text>',
      'what the pictures are, for people to read beside the table',
      'Our own pictures, half of the people',
    )
    .action((folder: string, options: Options) => run((context) => calibrate(context, folder, options)));
}

async function calibrate(context: CommandContext, folder: string, options: Options): Promise<ExitCode> {
  const results = await embedAll(context, await listLabelled(folder), options.network);
  const embedded = results.flatMap((result) => (result.ok ? [result] : []));
  const faces = embedded.map(({ file, value }) => ({ person: personOf(file), vector: value.vector }));
  const leftOut = results.filter(({ ok }) => !ok);
  for (const line of failureLines(leftOut)) context.output.note(`Left out: ${line}`);
  const calibration = calibrateOnHalf(faces, options.data);
  const report = { modelId: embedded[0]!.value.modelId, ...calibration, leftOut };
  context.output.result(report, reportText(report));
  return exitCodes.good;
}

async function listLabelled(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new CliError(exitCodes.usage, 'no-folder', `The folder ${folder} cannot be read`);
  });
  const people = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  return (await Promise.all(people.sort().map(picturesIn))).flat();
}

function personOf(file: string): string {
  return basename(dirname(file));
}

async function embedAll(
  { output, settings, signal }: CommandContext,
  files: readonly string[],
  network: string | undefined,
): Promise<FileResult<Template>[]> {
  const log = openPinoLog({ level: 'error', format: 'text', destination: process.stderr });
  await using vision = startVision(visionOptions(settings(), log));
  await vision.ready(signal);
  const showProgress = (done: number) => output.progress(`${progressBar(done, files.length)} pictures`);
  showProgress(0);
  return await eachFile(files, {
    atOnce: settings().vision.workers + 1,
    onEach: (picture) => embed(vision, { picture, network, signal }),
    onProgress: showProgress,
  });
}

type Wish = {
  readonly picture: Uint8Array;
  readonly network: string | undefined;
  readonly signal: AbortSignal;
};

/** Two faces are one too many: nobody knows which of them the folder names. */
async function embed(vision: Vision, { picture, network, signal }: Wish): Promise<Template> {
  const { faces } = await vision.analyse(
    {
      ...{ picture, priority: 'background', faces: 'detect', maxFaces: 2, embed: true, crop: false },
      attributes: [],
      ...(network !== undefined && { embedding: network }),
    },
    signal,
  );
  if (faces.length > 1) throw new AppError('several-faces', 'The picture shows several faces');
  const template = faces[0]?.template;
  if (!template) throw new AppError('no-face', 'The picture shows no face');
  return template;
}

function reportText({ modelId, scores, unseen, leftOut }: Report): string {
  const headings = ['FMR', 'cosine', 'row', 'FMR of the others', 'found of the others'];
  return [
    `${modelId}: fitted on ${scores.people} people with ${scores.faces} faces ` +
      `(${scores.genuinePairs} pairs of one person, ${scores.impostorPairs} of two), ` +
      `tried on ${unseen.people} others with ${unseen.faces} (${unseen.genuinePairs} and ${unseen.impostorPairs}).`,
    `${leftOut.length} pictures were left out. Such data show no rate below ${scores.lowestShownFmr}: ` +
      `${scores.rows.filter(({ extrapolated }) => extrapolated).length} rows are extrapolated.`,
    '',
    table([headings, ...unseen.rows.map(rowText)]),
    '',
    'For the network in models/catalogue.json, in "embedding":',
    `"scores": ${JSON.stringify(scores, undefined, 2)}`,
  ].join('\n');
}

function rowText({ fmr, cosine, extrapolated, shownFmr, shownTar }: UnseenRow): string[] {
  return [
    ...[String(fmr), cosine.toFixed(6), extrapolated ? 'extrapolated' : 'shown', shownFmr.toFixed(6)],
    shownTar === undefined ? '–' : `${(100 * shownTar).toFixed(1)} %`,
  ];
}
