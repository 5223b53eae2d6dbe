import { readFile } from 'node:fs/promises';
import type { AnalysedPicture, Attribute } from '../../../src/domain/face.ts';
import { type Condition, conditionAttributes, findConditions } from '../../../src/domain/face-conditions.ts';
import type { Analyser } from '../../../src/domain/ports/analyser.ts';
import { alone, type LocatedShot, toShot } from '../../fixtures/conditions/shots.ts';
import type { Findings } from '../accuracy/findings.ts';
import { groupPictures, type LabelledPicture, peoplePictures, samplePictures } from '../accuracy/labels.ts';
import { matchNoses } from '../accuracy/match-noses.ts';
import { atLeast, atMost, type Benchmark, figure } from '../framework/benchmark.ts';
import { modelsFolder, openBenchAnalyser } from '../ostiary/bench-analyser.ts';
import { facesFolder } from '../pictures/photographs.ts';
import { spoilers } from './spoilers.ts';
import { spoiltByNature } from './spoilt-by-nature.ts';

/**
 * How often photographs of people meet a condition that they should not, and how often spoilt ones meet the one that they
 * should, for each profile whose networks are here.
 */
export const conditions: Benchmark = async ({ quick, say }) => {
  const folder = facesFolder();
  const pictures = [
    ...(folder === undefined ? [] : [...groupPictures(folder), ...peoplePictures(folder)]),
    ...samplePictures(),
  ];
  const profiles = modelsFolder() === undefined ? ['default'] : ['default', 'edge'];
  const findings: Findings = { figures: [], targets: [] };
  let faces = 0;
  for (const profile of profiles) {
    await using analyser = await openBenchAnalyser({ profile });
    say(`${profile}: ${pictures.length} photographs as they are`);
    const judged = await judgePhotographs(analyser, pictures);
    faces = judged.length;
    reportPhotographs(profile, judged, findings);
    const good = judged.filter(({ isGood }) => isGood).filter((_, index) => !quick || index % 5 === 0);
    await judgeSpoilt(profile, { analyser, good, say }, findings);
  }
  return { scale: { pictures: pictures.length, faces, profiles: profiles.join(', '), quick }, ...findings };
};

/** A labelled face of a photograph as it is. */
type JudgedFace = {
  /** Alone in a picture. */
  readonly shot: LocatedShot;
  readonly met: readonly Condition[];
  /** Conditions that a person sees in the photograph too. */
  readonly expected: readonly Condition[];
  /** Large, towards the camera, and nothing wrong with it to a person. */
  readonly isGood: boolean;
};

function askedOf(analyser: Analyser): Attribute[] {
  const liveness = analyser.models.attributes.filter((attribute) => attribute === 'liveness');
  return [...conditionAttributes, ...liveness];
}

const look = { faces: 'detect', maxFaces: 0, embed: false, crop: false } as const;

async function judgePhotographs(
  analyser: Analyser,
  pictures: readonly LabelledPicture[],
): Promise<JudgedFace[]> {
  const judged: JudgedFace[] = [];
  for (const { path, noses } of pictures) {
    const bytes = await readFile(path);
    const picture = await analyser.analyse({ ...look, picture: bytes, attributes: askedOf(analyser) });
    const points = noses.map(({ at }) => at);
    for (const [index, face] of matchNoses(points, picture.faces).entries()) {
      const shot = face && (await toShot(analyser, await alone(bytes, face)));
      if (!face || !shot) continue;
      const met = findConditions({ ...picture, faces: [face] });
      const expected = spoiltByNature[noses[index]!.person] ?? [];
      const isAside = met.some((condition) => ['cut-off', 'too-small', 'turned'].includes(condition));
      judged.push({ shot, met, expected, isGood: !isAside && expected.length === 0 });
    }
  }
  return judged;
}

function reportPhotographs(
  profile: string,
  judged: readonly JudgedFace[],
  { figures, targets }: Findings,
): void {
  const good = judged.filter(({ isGood }) => isGood);
  figures.push(
    figure(`${profile}: labelled faces`, judged.length, 'faces'),
    figure(`${profile}: large, towards the camera, nothing wrong`, good.length, 'faces'),
  );
  for (const condition of ['near-border', 'too-close', 'covered', 'eyes-closed', 'not-live'] as const) {
    const alarms = good.filter(({ met }) => met.includes(condition)).length;
    figures.push(figure(`${profile}: of these ${condition}`, alarms, 'faces'));
    if (condition === 'not-live') continue;
    targets.push(atMost(`${profile}: false ${condition}, %`, (100 * alarms) / good.length, 5));
  }
  const spoilt = judged.flatMap(({ met, expected }) => expected.map((condition) => met.includes(condition)));
  figures.push(
    figure(`${profile}: spoilt by nature`, spoilt.length, 'faces'),
    figure(`${profile}: of these noticed`, spoilt.filter((noticed) => noticed).length, 'faces'),
  );
}

type SpoiltParts = {
  readonly analyser: Analyser;
  readonly good: readonly JudgedFace[];
  readonly say: (line: string) => void;
};

/** Bounds for what is drawn or cut; attacks are imitated too poorly for one. */
const leastNoticed = 75;

async function judgeSpoilt(
  profile: string,
  { analyser, good, say }: SpoiltParts,
  { figures, targets }: Findings,
): Promise<void> {
  const attributes = askedOf(analyser);
  for (const { what, condition, spoil } of spoilers(attributes.includes('liveness'))) {
    let found = 0;
    let noticed = 0;
    for (const { shot } of good) {
      const picture = await analyser.analyse({ ...look, picture: await spoil(shot), attributes });
      if (picture.faces.length > 0) found += 1;
      if (meets(picture, condition)) noticed += 1;
    }
    const share = (100 * noticed) / good.length;
    say(`${profile}: ${what}: ${noticed} of ${good.length} (a face found in ${found})`);
    figures.push(figure(`${profile}: ${what}: ${condition}`, share, '%'));
    if (condition !== 'not-live' && what !== 'a striped scarf')
      targets.push(atLeast(`${profile}: ${what}: ${condition}, %`, share, leastNoticed));
  }
}

/** A picture without a face is refused as well. */
function meets(picture: AnalysedPicture, condition: Condition): boolean {
  const met = findConditions(picture);
  return met.includes(condition) || met.includes('no-face');
}
