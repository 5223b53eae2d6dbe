import type { Point } from '../../../src/domain/geometry.ts';
import type { Analyser } from '../../../src/domain/ports/analyser.ts';
import { atLeast, figure } from '../framework/benchmark.ts';
import { recogniseRequest } from '../ostiary/bench-analyser.ts';
import { type Degradation, degradations, type FaceRegion } from './degrade.ts';
import type { FoundFace } from './find-labelled.ts';
import type { Findings } from './findings.ts';
import { contains } from './match-noses.ts';
import { cosine, type ScoredFace, scorePairs, scoreProbes } from './pairs.ts';
import { tarAtFar } from './rates.ts';

/** The bounds of TAR at FAR .1 %, in percent, by the name of the degradation. */
const degradedBounds: Readonly<Record<string, number>> = {
  'shrunk to 40 px': 96,
  'shrunk to 28 px': 70,
  blurred: 85,
  darkened: 80,
};

/** The bounds are those of the networks that come with every install. */
const boundProfile = 'default';

/** A found face in the form that pairs are made of. */
export function scored({ nose, picture, face }: FoundFace): ScoredFace {
  return { person: nose.person, picture, vector: face?.template?.vector };
}

/** TAR at FAR over all pairs of the faces as they are. */
export function judgePairs(profile: string, faces: readonly FoundFace[], findings: Findings): void {
  const pairs = scorePairs(faces.map(scored));
  findings.figures.push(
    figure(`${profile}: genuine pairs`, pairs.genuine.length, 'pairs'),
    figure(`${profile}: impostor pairs`, pairs.impostor.length, 'pairs'),
    figure(`${profile}: TAR at FAR 1 %`, 100 * tarAtFar(pairs, 0.01), '%'),
  );
  findings.targets.push(atLeast(`${profile}: TAR at FAR .1 %`, 100 * tarAtFar(pairs, 0.001), 99.5));
}

/** Whether the nearest of all training faces shows the same person, for each person in the test pictures. */
export function judgeIdentification(profile: string, faces: readonly FoundFace[], findings: Findings): void {
  const people = faces.filter(({ picture }) => picture.collection === 'people');
  const known = people.filter(isTraining);
  const tested = people.filter((face) => !isTraining(face));
  const first = tested.filter((probe) => nearest(probe, known)?.nose.person === probe.nose.person);
  const name = `${profile}: test persons identified first of ${tested.length}`;
  findings.targets.push(atLeast(name, first.length, tested.length));
}

function isTraining({ picture }: FoundFace): boolean {
  return picture.path.includes('/train-');
}

function nearest(probe: FoundFace, known: readonly FoundFace[]): FoundFace | undefined {
  const vector = probe.face?.template?.vector;
  if (vector === undefined) return undefined;
  const score = ({ face }: FoundFace) => cosine(vector, face?.template?.vector ?? new Float32Array());
  return known.toSorted((one, other) => score(other) - score(one))[0];
}

export type DegradedFaces = {
  readonly faces: readonly FoundFace[];
  /** The region of each face, in the same order. */
  readonly regions: readonly FaceRegion[];
};

/** TAR at FAR when one picture of each pair is degraded and goes the whole way from its bytes to a template. */
export async function judgeDegraded(
  profile: string,
  { analyser, degraded, say }: { analyser: Analyser; degraded: DegradedFaces; say: (line: string) => void },
  findings: Findings,
): Promise<void> {
  const references = degraded.faces.map(scored);
  for (const degradation of degradations) {
    const name = `${profile}: probes ${degradation.name}`;
    say(name);
    const probes = await makeProbes(analyser, degraded, degradation);
    const pairs = scoreProbes(probes, references);
    const found = probes.filter(({ vector }) => vector !== undefined).length;
    findings.figures.push(
      figure(`${name}, found`, (100 * found) / probes.length, '%'),
      figure(`${name}, TAR at FAR 1 %`, 100 * tarAtFar(pairs, 0.01), '%'),
    );
    const rate = 100 * tarAtFar(pairs, 0.001);
    if (profile === boundProfile) {
      findings.targets.push(atLeast(`${name}, TAR at FAR .1 %`, rate, degradedBounds[degradation.name]!));
    } else findings.figures.push(figure(`${name}, TAR at FAR .1 %`, rate, '%'));
  }
}

async function makeProbes(
  analyser: Analyser,
  { faces, regions }: DegradedFaces,
  degradation: Degradation,
): Promise<ScoredFace[]> {
  const probes: ScoredFace[] = [];
  for (const [index, found] of faces.entries()) {
    const region = regions[index]!;
    const { faces: seen, width } = await analyser.analyse(recogniseRequest(await degradation.apply(region)));
    const middle = middleOf(region, width / region.width);
    const face = seen.find(({ box }) => contains(box, middle));
    probes.push({ ...scored(found), vector: face?.template?.vector });
  }
  return probes;
}

function middleOf({ face }: FaceRegion, scale: number): Point {
  return [(face.x + face.width / 2) * scale, (face.y + face.height / 2) * scale];
}
