import type { ScoreTable } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { AnalysedPicture } from '../domain/face.ts';
import type { Candidate, Uuid } from '../domain/gallery.ts';
import { referenceUnknown } from '../domain/gallery-rules.ts';
import type { Gallery, KeyedReference } from '../domain/ports/gallery.ts';
import type { Vision, VisionModels } from '../domain/ports/vision.ts';
import { type AcceptedRate, type Threshold, thresholdFor } from '../domain/threshold.ts';
import { cosine } from '../domain/vector.ts';
import {
  currentVector,
  describePicture,
  type EmbeddedFace,
  type EmbeddedPicture,
  embedPicture,
  type PictureAsk,
  readVectors,
  requireScores,
  runningModels,
} from './pictures.ts';

/** Where to look, and how much to bring. */
export type SearchAsk = {
  readonly collectionIds: readonly Uuid[];
  /** Candidates a face, at least 1. */
  readonly limit: number;
  /** Cosine: that of a threshold, or of a dialect's own scale. */
  readonly minScore: number;
  readonly distinctPersons: boolean;
  /** Only the best sibling of each face. */
  readonly distinctFaces?: boolean;
  /** Which of the picture's faces are looked for; all when absent. What it throws ends the request. */
  readonly choose?: (faces: readonly EmbeddedFace[]) => readonly EmbeddedFace[];
  /** Where the faces were seen, for their events. */
  readonly cameraId?: Uuid;
};

/** The picture with the faces that were looked for. */
export type RecognisedPicture = { readonly picture: EmbeddedPicture; readonly candidates: Candidate[][] };
/** Which of the sources resembles which of the targets, by their places in the lists, and how much. */
export type Resemblance = { readonly source: number; readonly target: number; readonly score: number };
export type VerifiedPicture = { readonly picture: EmbeddedPicture; readonly scores: readonly number[] };

/**
 * Compares faces. Pictures without a face reject with `no-face` unless they `mayBeEmpty`; besides, everything rejects as `Vision` and `Gallery`
 * do. Scores are cosines; lists run parallel to the faces or vectors that they are about.
 */
export interface Recognition {
  /** What runs now. `vision-down` before vision was ready once. */
  models(): VisionModels;
  /** What is known of a model's scores; none for a model that was never measured. */
  scoreTable(modelId: string): ScoreTable | undefined;
  /** The running model's. `model-unmeasured` when it has none. */
  scores(): ScoreTable;
  /**
   * The threshold of the running model for a search of these collections, whose searchable persons are counted; for a
   * comparison of two without them. `model-unmeasured`.
   */
  threshold(accepted: AcceptedRate, collectionIds?: readonly Uuid[]): Promise<Threshold>;
  /** `template-mismatch` unless this embedding model runs now: vectors of two models are never compared. */
  expectModel(modelId: string): void;
  analyse(ask: PictureAsk, signal: AbortSignal): Promise<AnalysedPicture>;
  embed(ask: PictureAsk, signal: AbortSignal): Promise<EmbeddedPicture>;
  recognise(ask: PictureAsk, search: SearchAsk, signal: AbortSignal): Promise<RecognisedPicture>;
  /** Looks for faces of one picture that were embedded before. */
  recogniseFaces(faces: readonly EmbeddedFace[], search: SearchAsk): Promise<Candidate[][]>;
  recogniseVectors(vectors: readonly (readonly number[])[], search: SearchAsk): Promise<Candidate[][]>;
  /** Compares the faces of `target` with the only face of `source`; `several-faces` when it has more. */
  verifyPictures(
    source: PictureAsk,
    target: PictureAsk,
    signal: AbortSignal,
  ): Promise<{ source: EmbeddedPicture; target: VerifiedPicture }>;
  /** `reference-unknown` when a search would not find her: she is suspended, or not valid now. */
  verifyReference(ask: PictureAsk, reference: KeyedReference, signal: AbortSignal): Promise<VerifiedPicture>;
  /** Rejects for whom `verifyReference` does. */
  compareWithReference(
    vectors: readonly (readonly number[])[],
    reference: KeyedReference,
    signal: AbortSignal,
  ): Promise<number[]>;
  compareVectors(source: readonly number[], targets: readonly (readonly number[])[]): number[];
  /** All pairs of a source and a target that reach the score, best first. */
  compareAll(
    sources: readonly (readonly number[])[],
    targets: readonly (readonly number[])[],
    minScore: number,
  ): Resemblance[];
}

export type RecognitionParts = {
  readonly gallery: Gallery;
  readonly vision: Vision;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
};

export function createRecognition({ gallery, vision, scoreTable }: RecognitionParts): Recognition {
  const models = () => runningModels(vision);
  const scores = () => requireScores(models().embedding.id, scoreTable);
  const search = async (probes: Float32Array[], ask: SearchAsk): Promise<Candidate[][]> => {
    if (probes.length === 0) return [];
    const { cameraId: _, choose: __, ...where } = ask;
    return gallery.search({ ...where, modelId: models().embedding.id, probes });
  };
  const requireSearchable = async ({ personId }: KeyedReference): Promise<void> => {
    if (!(await gallery.isSearchable(personId))) throw referenceUnknown();
  };

  return {
    models,
    scoreTable,
    scores,
    threshold: async (accepted, collectionIds) => {
      const persons = collectionIds ? await gallery.countSearchable(collectionIds) : 1;
      return thresholdFor(scores(), accepted, persons);
    },
    expectModel: (modelId) => {
      const running = models().embedding.id;
      if (modelId === running) return;
      const details = { expected: running };
      throw new AppError('template-mismatch', `The embedding model that runs is ${running}`, { details });
    },
    analyse: (ask, signal) => describePicture(vision, ask, signal),
    embed: (ask, signal) => embedPicture(vision, ask, signal),
    recognise: async (ask, searchAsk, signal) => {
      const picture = await embedPicture(vision, ask, signal);
      const faces = searchAsk.choose?.(picture.faces) ?? picture.faces;
      const probes = faces.map(({ template }) => template.vector);
      return { picture: { ...picture, faces }, candidates: await search(probes, searchAsk) };
    },
    recogniseFaces: (faces, searchAsk) =>
      search(
        faces.map(({ template }) => template.vector),
        searchAsk,
      ),
    recogniseVectors: async (vectors, searchAsk) => search(readVectors(vision, vectors), searchAsk),
    verifyPictures: async (sourceAsk, targetAsk, signal) => {
      const [source, target] = await bothOrNeither(signal, [
        (either) => embedPicture(vision, sourceAsk, either),
        (either) => embedPicture(vision, targetAsk, either),
      ]);
      if (source.faces.length > 1)
        throw new AppError('several-faces', 'The source picture has several faces');
      return { source, target: scored(target, source.faces[0]!.template.vector) };
    },
    verifyReference: async (ask, reference, signal) => {
      await requireSearchable(reference);
      const [picture, vector] = await bothOrNeither(signal, [
        (either) => embedPicture(vision, ask, either),
        (either) => currentVector(vision, reference, either),
      ]);
      return scored(picture, vector);
    },
    compareWithReference: async (vectors, reference, signal) => {
      const probes = readVectors(vision, vectors);
      await requireSearchable(reference);
      const vector = await currentVector(vision, reference, signal);
      return probes.map((probe) => cosine(probe, vector));
    },
    compareVectors: (source, targets) => {
      const [probe, ...others] = readVectors(vision, [source, ...targets]);
      return others.map((other) => cosine(probe!, other));
    },
    compareAll: (sources, targets, minScore) => {
      const others = readVectors(vision, targets);
      return readVectors(vision, sources)
        .flatMap((probe, source) =>
          others.map((other, target) => ({ source, target, score: cosine(probe, other) })),
        )
        .filter(({ score }) => score >= minScore)
        .sort((one, other) => other.score - one.score);
    },
  };
}

function scored(picture: EmbeddedPicture, vector: Float32Array): VerifiedPicture {
  return { picture, scores: picture.faces.map(({ template }) => cosine(template.vector, vector)) };
}

/** Runs two pieces of work together; when one fails the other is called off. */
async function bothOrNeither<A, B>(
  signal: AbortSignal,
  [one, other]: [(signal: AbortSignal) => Promise<A>, (signal: AbortSignal) => Promise<B>],
): Promise<[A, B]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  try {
    return await Promise.all([one(either), other(either)]);
  } catch (error) {
    failed.abort(new AppError('cancelled', 'The other half of the request failed'));
    throw error;
  }
}
