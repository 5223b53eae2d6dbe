import type { Analyser } from '../../../src/domain/ports/analyser.ts';
import { atLeast, atMost, figure } from '../framework/benchmark.ts';
import { openBenchAnalyser, recogniseRequest } from '../ostiary/bench-analyser.ts';
import type { FaceRegion } from './degrade.ts';
import type { FoundPicture } from './find-labelled.ts';
import type { Findings } from './findings.ts';
import { placeInFrames } from './frames.ts';
import { contains } from './match-noses.ts';

/** Whether every labelled nose has its box and, where all are labelled, no other box is there. */
export function judgeDetection(profile: string, found: readonly FoundPicture[], findings: Findings): void {
  for (const collection of ['group', 'people', 'samples'] as const) {
    const pictures = found.filter(({ picture }) => picture.collection === collection);
    if (pictures.length === 0) continue;
    const faces = pictures.flatMap((one) => one.faces);
    const seen = faces.filter(({ face }) => face !== undefined).length;
    const extra = pictures.reduce((sum, one) => sum + one.extra, 0);
    const name = `${profile}: ${collection}`;
    findings.targets.push(atLeast(`${name}, labelled noses found of ${faces.length}`, seen, faces.length));
    if (pictures[0]!.picture.complete) findings.targets.push(atMost(`${name}, extra boxes`, extra, 0));
    else findings.figures.push(figure(`${name}, boxes of bystanders`, extra, 'boxes'));
  }
}

/** How many of the faces are found when they are small in a 720p frame; each stands there at several random places. */
export async function judgeSmallFaces(
  profile: string,
  { regions, placements }: { regions: readonly FaceRegion[]; placements: number },
  findings: Findings,
): Promise<void> {
  for (const tiles of ['always', 'auto', 'never'] as const) {
    await using analyser = await openBenchAnalyser({ profile, tiles });
    for (const facePixels of tiles === 'always' ? [16, 24, 32] : [24]) {
      const { share, extra } = await foundInFrames(analyser, regions, { facePixels, placements });
      const name = `${profile}: ${facePixels} px faces in 720p found, tiles ${tiles}`;
      if (tiles === 'always' && facePixels === 24) {
        findings.targets.push(atLeast(`${name}, %`, 100 * share, 95));
        findings.figures.push(
          figure(
            `${profile}: boxes there beside the placed faces, neighbours in the cuttings among them`,
            extra,
            'a frame',
          ),
        );
      } else findings.figures.push(figure(name, 100 * share, '%'));
    }
  }
}

async function foundInFrames(
  analyser: Analyser,
  regions: readonly FaceRegion[],
  { facePixels, placements }: { facePixels: number; placements: number },
): Promise<{ share: number; extra: number }> {
  let found = 0;
  let extra = 0;
  let frames = 0;
  for (let seed = 0; seed < placements; seed++) {
    for (const { jpeg, centres } of await placeInFrames(regions, { facePixels, seed })) {
      const { faces } = await analyser.analyse({ ...recogniseRequest(jpeg), embed: false });
      found += centres.filter((centre) => faces.some(({ box }) => contains(box, centre))).length;
      extra += faces.filter(({ box }) => !centres.some((centre) => contains(box, centre))).length;
      frames++;
    }
  }
  return { share: found / (regions.length * placements), extra: extra / frames };
}
