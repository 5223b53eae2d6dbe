import type { ScoreTable } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { AnalysedFace, AnalysedPicture, Attribute } from '../domain/face.ts';
import type { Candidate, Uuid } from '../domain/gallery.ts';
import type { Gallery, KeyedReference } from '../domain/ports/gallery.ts';
import type { Vision, VisionModels } from '../domain/ports/vision.ts';
import { cosine, unitVector } from '../domain/vector.ts';

/** A picture and what is asked about its faces. */
export type PictureAsk = {
  readonly picture: Uint8Array;
  /** `whole` takes the picture itself as one face crop. */
  readonly faces: 'detect' | 'whole';
  /** Faces under this detector score are left out; the detector's own threshold when absent. */
  readonly minDetectorScore?: number;
  /** Only the so many largest faces; 0 is all. */
  readonly maxFaces: number;
  /** Those whose network is not installed are left out of the answer. */
  readonly attributes: readonly Attribute[];
};

/** Where to look, and how much to bring. */
export type SearchAsk = {
  readonly collectionIds: readonly Uuid[];
  /** Candidates a face, at least 1. */
  readonly limit: number;
  /** Cosine. */
  readonly minScore: number;
  readonly distinctPersons: boolean;
};

/** A face with the vector that it is compared by. */
export type EmbeddedFace = AnalysedFace & { readonly template: NonNullable<AnalysedFace['template']> };
export type EmbeddedPicture = Omit<AnalysedPicture, 'faces'> & { readonly faces: readonly EmbeddedFace[] };

export type RecognisedPicture = { readonly picture: EmbeddedPicture; readonly candidates: Candidate[][] };
export type VerifiedPicture = { readonly picture: EmbeddedPicture; readonly scores: readonly number[] };

/**
 * Compares faces. Pictures without a face reject with `no-face`; besides, everything rejects as `Vision` and `Gallery`
 * do. Scores are cosines; lists run parallel to the faces or vectors that they are about.
 */
export interface Recognition {
  /** What runs now. `vision-down` before vision was ready once. */
  models(): VisionModels;
  /** What is known of a model's scores; none for a model that was never measured. */
  scoreTable(modelId: string): ScoreTable | undefined;
  analyse(ask: PictureAsk, signal: AbortSignal): Promise<AnalysedPicture>;
  embed(ask: PictureAsk, signal: AbortSignal): Promise<EmbeddedPicture>;
  recognise(ask: PictureAsk, search: SearchAsk, signal: AbortSignal): Promise<RecognisedPicture>;
  recogniseVectors(vectors: readonly (readonly number[])[], search: SearchAsk): Promise<Candidate[][]>;
  /** Compares the faces of `target` with the only face of `source`; `several-faces` when it has more. */
  verifyPictures(
    source: PictureAsk,
    target: PictureAsk,
    signal: AbortSignal,
  ): Promise<{ source: EmbeddedPicture; target: VerifiedPicture }>;
  verifyReference(ask: PictureAsk, reference: KeyedReference, signal: AbortSignal): Promise<VerifiedPicture>;
  compareWithReference(
    vectors: readonly (readonly number[])[],
    reference: KeyedReference,
    signal: AbortSignal,
  ): Promise<number[]>;
  compareVectors(source: readonly number[], targets: readonly (readonly number[])[]): number[];
}

export type RecognitionParts = {
  readonly gallery: Gallery;
  readonly vision: Vision;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
};

export function createRecognition({ gallery, vision, scoreTable }: RecognitionParts): Recognition {
  const models = () => {
    const running = vision.status().models;
    if (!running) throw new AppError('vision-down', 'The networks are still being loaded');
    return running;
  };

  const look = async (ask: PictureAsk, embed: boolean, signal: AbortSignal): Promise<AnalysedPicture> => {
    const installed = vision.status().models?.attributes ?? [];
    const attributes = ask.attributes.filter((attribute) => installed.includes(attribute));
    const picture = await vision.analyse(
      { ...ask, attributes, embed, crop: false, priority: 'interactive' },
      signal,
    );
    if (picture.faces.length === 0) throw new AppError('no-face', 'No face was found in the picture');
    return picture;
  };

  const embed = async (ask: PictureAsk, signal: AbortSignal): Promise<EmbeddedPicture> => {
    const picture = await look(ask, true, signal);
    const limit = ask.maxFaces || picture.faces.length;
    return { ...picture, faces: picture.faces.slice(0, limit).map(requireTemplate) };
  };

  const search = (probes: Float32Array[], ask: SearchAsk): Promise<Candidate[][]> => {
    if (probes.length === 0) return Promise.resolve([]);
    return gallery.search({ ...ask, modelId: models().embedding.id, probes });
  };

  const vectorOf = async (reference: KeyedReference, signal: AbortSignal): Promise<Float32Array> => {
    const { template, crop } = reference;
    if (template.modelId === models().embedding.id) return template.vector;
    if (!crop)
      throw new AppError('template-mismatch', 'The reference was made by a model that no longer runs');
    return (await vision.embedCrop(crop, 'interactive', signal)).vector;
  };

  const readVectors = (vectors: readonly (readonly number[])[]): Float32Array[] => {
    const { dimensions } = models().embedding;
    return vectors.map((vector) => {
      if (vector.length !== dimensions) {
        const details = { expected: dimensions, provided: vector.length };
        throw new AppError('template-mismatch', 'The embedding has another length', { details });
      }
      return unitVector(vector);
    });
  };

  return {
    models,
    scoreTable,
    embed,
    analyse: async (ask, signal) => {
      const picture = await look(ask, false, signal);
      return ask.maxFaces === 0 ? picture : { ...picture, faces: picture.faces.slice(0, ask.maxFaces) };
    },
    recognise: async (ask, searchAsk, signal) => {
      const picture = await embed(ask, signal);
      const probes = picture.faces.map(({ template }) => template.vector);
      return { picture, candidates: await search(probes, searchAsk) };
    },
    recogniseVectors: async (vectors, searchAsk) => search(readVectors(vectors), searchAsk),
    verifyPictures: async (sourceAsk, targetAsk, signal) => {
      const [source, target] = await bothOrNeither(signal, [
        (either) => embed(sourceAsk, either),
        (either) => embed(targetAsk, either),
      ]);
      if (source.faces.length > 1)
        throw new AppError('several-faces', 'The source picture has several faces');
      return { source, target: scored(target, source.faces[0]!.template.vector) };
    },
    verifyReference: async (ask, reference, signal) => {
      const [picture, vector] = await bothOrNeither(signal, [
        (either) => embed(ask, either),
        (either) => vectorOf(reference, either),
      ]);
      return scored(picture, vector);
    },
    compareWithReference: async (vectors, reference, signal) => {
      const probes = readVectors(vectors);
      const vector = await vectorOf(reference, signal);
      return probes.map((probe) => cosine(probe, vector));
    },
    compareVectors: (source, targets) => {
      const [probe, ...others] = readVectors([source, ...targets]);
      return others.map((other) => cosine(probe!, other));
    },
  };
}

function requireTemplate(face: AnalysedFace): EmbeddedFace {
  if (!face.template) throw new AppError('internal', 'Vision left out a template that was asked for');
  return { ...face, template: face.template };
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
