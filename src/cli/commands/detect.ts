import type { Command } from 'commander';
import { attributes } from '../../domain/face.ts';
import type { DetectAnswer, FaceAnswer } from '../../http/dialects/ostiary/wire.ts';
import type { CommandContext, Run } from '../command-context.ts';
import { eachFile, exitCodeOf, type FileResult } from '../each-file.ts';
import type { ExitCode } from '../exit-codes.ts';

/** `ostiary detect`: tells where faces are and, on request, what can be told of them. */
export function addDetect(program: Command, run: Run): void {
  program
    .command('detect')
    .description('find the faces in pictures')
    .argument('<file...>', 'pictures')
    .option('--attributes <list>', `also tell these, comma-separated: ${attributes.join(', ')}`)
    .action((files: string[], options: { attributes?: string }) =>
      run((context) => detect(context, files, options.attributes)),
    );
}

async function detect(
  context: CommandContext,
  files: string[],
  asked: string | undefined,
): Promise<ExitCode> {
  const results = await context.withService((client) =>
    eachFile(files, {
      atOnce: 2,
      onEach: (body) =>
        client.call<DetectAnswer>({ method: 'POST', path: '/detect', query: { attributes: asked }, body }),
    }),
  );
  context.output.result({ files: results }, results.map(toText).join('\n'));
  return exitCodeOf(results);
}

function toText(result: FileResult<DetectAnswer>): string {
  if (!result.ok) return `${result.file}: ${result.reason} (${result.code})`;
  const { width, height, format, faces } = result.value;
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  return [`${result.file}: ${count} (${format}, ${width} × ${height})`, ...faces.map(faceLine)].join('\n');
}

function faceLine(face: FaceAnswer): string {
  const { box, detectorScore, quality, age, gender, emotion, pose } = face;
  const strongest = emotion && Object.entries(emotion).sort(([, one], [, other]) => other - one)[0]?.[0];
  return [
    `  ${boxText(box)}  score ${detectorScore.toFixed(2)}  quality ${quality.overall.toFixed(2)}`,
    ...(age ? [`age ${Math.round(age.years)}`] : []),
    ...(gender ? [gender.value] : []),
    ...(strongest ? [strongest] : []),
    ...(pose
      ? [`yaw ${Math.round(pose.yaw)}°, pitch ${Math.round(pose.pitch)}°, roll ${Math.round(pose.roll)}°`]
      : []),
  ].join('  ');
}

/** `118×148 at 302,91`, in whole pixels. */
export function boxText({ x, y, width, height }: FaceAnswer['box']): string {
  return `${Math.round(width)}×${Math.round(height)} at ${Math.round(x)},${Math.round(y)}`;
}
