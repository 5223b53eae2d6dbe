import { openBenchAnalyser } from '../ostiary/bench-analyser.ts';
import { cutRegion, type FaceRegion } from './degrade.ts';
import { judgeDetection, judgeSmallFaces } from './detection.ts';
import { type FoundPicture, findLabelled } from './find-labelled.ts';
import type { Findings } from './findings.ts';
import type { LabelledNose, LabelledPicture } from './labels.ts';
import { judgeDegraded, judgeIdentification, judgePairs } from './recognition.ts';

export type ProfileOptions = {
  readonly pictures: readonly LabelledPicture[];
  /** Filled by the first profile, so that a size in pixels means the same face for all. */
  readonly regions: Map<LabelledNose, FaceRegion>;
  readonly quick: boolean;
  readonly say: (line: string) => void;
  readonly findings: Findings;
};

/** Measures one profile of networks; who is who is asked only where people are labelled. */
export async function measureProfile(profile: string, options: ProfileOptions): Promise<void> {
  const { pictures, regions, quick, say, findings } = options;
  await using analyser = await openBenchAnalyser({ profile });
  say(`${profile}: ${pictures.length} labelled pictures`);
  const found: FoundPicture[] = [];
  for (const picture of pictures) found.push(await findLabelled(analyser, picture));
  judgeDetection(profile, found, findings);
  if (regions.size === 0) await cutRegions(found, regions);
  say(`${profile}: ${regions.size} faces in 720p frames`);
  await judgeSmallFaces(profile, { regions: [...regions.values()], placements: quick ? 1 : 4 }, findings);
  const faces = found.flatMap((one) => one.faces);
  if (!faces.some(({ picture }) => picture.collection === 'people')) return;
  judgePairs(profile, faces, findings);
  judgeIdentification(profile, faces, findings);
  const cut = faces.filter(({ nose }) => regions.has(nose));
  const degraded = { faces: cut, regions: cut.map(({ nose }) => regions.get(nose)!) };
  await judgeDegraded(profile, { analyser, degraded, say }, findings);
}

async function cutRegions(
  found: readonly FoundPicture[],
  regions: Map<LabelledNose, FaceRegion>,
): Promise<void> {
  for (const { picture, nose, face } of found.flatMap((one) => one.faces)) {
    if (face !== undefined) regions.set(nose, await cutRegion(picture.path, face.box));
  }
}
