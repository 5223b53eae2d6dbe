import { type CalibrationFacts, fitScoreTable, shareReaching } from '../../../src/domain/calibrate.ts';
import type { ScoreTable } from '../../../src/domain/catalogue.ts';
import { splitPeople } from '../../../src/domain/halves.ts';
import { type FoundFace, findLabelled } from '../accuracy/find-labelled.ts';
import { groupPictures, peoplePictures, samplePictures } from '../accuracy/labels.ts';
import { scorePairs } from '../accuracy/pairs.ts';
import type { PairScores } from '../accuracy/rates.ts';
import { scored } from '../accuracy/recognition.ts';
import { atMost, type Benchmark, type Figure, figure } from '../framework/benchmark.ts';
import { openBenchAnalyser } from '../ostiary/bench-analyser.ts';
import { facesFolder } from '../pictures/photographs.ts';

/** How far the rate on unseen people may exceed the promised one; the data show no more than this order. */
const largestExcess = 3;

/**
 * Fits the table cosine ↔ FMR of the default embedding on half of the people, reports it on the other half, and prints
 * it in the form of the catalogue's `scores`.
 */
export const calibrate: Benchmark = async ({ quick, say }) => {
  const folder = facesFolder();
  const pictures = [
    ...(folder === undefined ? [] : [...groupPictures(folder), ...peoplePictures(folder)]),
    ...samplePictures(),
  ];
  await using analyser = await openBenchAnalyser({ profile: 'default' });
  say(`analysing ${pictures.length} labelled pictures`);
  const found: FoundFace[] = [];
  for (const picture of pictures) found.push(...(await findLabelled(analyser, picture)).faces);
  const faces = found.filter(({ face }) => face !== undefined).map(scored);
  const [half, otherHalf] = splitPeople(faces);
  const seen = scorePairs(half);
  const unseen = scorePairs(otherHalf);
  const facts: CalibrationFacts = {
    people: new Set(half.map(({ person }) => person)).size,
    faces: half.length,
    genuinePairs: seen.genuine.length,
    data: describeData(folder !== undefined),
  };
  const table = fitScoreTable(seen.impostor, facts);
  say(JSON.stringify(table, undefined, 2));
  const lowest = reportedRates(table).at(-1)!;
  return {
    scale: {
      pictures: pictures.length,
      fittedOn: half.length,
      reportedOn: otherHalf.length,
      data: facts.data,
      quick,
    },
    figures: [...describeTable(table), ...describeUnseen(table, unseen)],
    targets: [
      atMost(
        `FMR on unseen people at the row for ${lowest.fmr}, as a multiple of it`,
        shareReaching(unseen.impostor, lowest.cosine) / lowest.fmr,
        largestExcess,
      ),
    ],
  };
};

function describeData(labelled: boolean): string {
  return labelled
    ? 'Web and stock photographs of mostly famous or posing adults, half of the people'
    : 'Six photographs of posing women in the face-api package, half of the people';
}

function reportedRates({ rows }: ScoreTable): ScoreTable['rows'] {
  return rows.filter(({ extrapolated }) => !extrapolated);
}

function describeTable(table: ScoreTable): Figure[] {
  return [
    figure('impostor pairs fitted', table.impostorPairs, 'pairs'),
    figure('lowest FMR that they show', table.lowestShownFmr, ''),
    ...table.rows.map(({ fmr, cosine, extrapolated }) =>
      figure(`cosine at FMR ${fmr}`, cosine, extrapolated ? 'extrapolated' : 'shown'),
    ),
  ];
}

function describeUnseen(table: ScoreTable, { genuine, impostor }: PairScores): Figure[] {
  return [
    figure('impostor pairs of unseen people', impostor.length, 'pairs'),
    figure('genuine pairs of unseen people', genuine.length, 'pairs'),
    ...table.rows.flatMap(({ fmr, cosine }) => [
      figure(`unseen people at the row for ${fmr}: FMR`, shareReaching(impostor, cosine), ''),
      figure(`unseen people at the row for ${fmr}: TAR`, 100 * shareReaching(genuine, cosine), '%'),
    ]),
  ];
}
