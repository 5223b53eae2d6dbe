import { readFile } from 'node:fs/promises';
import type { AnalysedFace } from '../../../src/domain/face.ts';
import type { Analyser } from '../../../src/domain/ports/analyser.ts';
import { recogniseRequest } from '../ostiary/bench-analyser.ts';
import type { LabelledNose, LabelledPicture } from './labels.ts';
import { matchNoses } from './match-noses.ts';

/** A labelled face and what was found there. */
export type FoundFace = {
  readonly picture: LabelledPicture;
  readonly nose: LabelledNose;
  readonly face: AnalysedFace | undefined;
};

/** What was found in one labelled picture. */
export type FoundPicture = {
  readonly picture: LabelledPicture;
  /** One for each labelled nose, in the order of the labels. */
  readonly faces: readonly FoundFace[];
  /** Boxes that belong to no labelled nose. */
  readonly extra: number;
};

/** Analyses the picture and gives each labelled nose its face: one nose a box, the nearest first. */
export async function findLabelled(analyser: Analyser, picture: LabelledPicture): Promise<FoundPicture> {
  const { faces } = await analyser.analyse(recogniseRequest(await readFile(picture.path)));
  const matched = matchNoses(
    picture.noses.map(({ at }) => at),
    faces,
  );
  return {
    picture,
    faces: picture.noses.map((nose, index) => ({ picture, nose, face: matched[index] })),
    extra: faces.filter((face) => !matched.includes(face)).length,
  };
}
