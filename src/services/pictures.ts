import type { ScoreTable } from '../domain/catalogue.ts';
import { AppError } from '../domain/errors.ts';
import type { AnalysedFace, AnalysedPicture, Attribute, Pose } from '../domain/face.ts';
import type { KeyedReference } from '../domain/ports/gallery.ts';
import type { Priority, Vision, VisionModels } from '../domain/ports/vision.ts';
import { unitVector } from '../domain/vector.ts';
import { poseFrom5 } from '../pipeline/pose.ts';

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
  /** Whether each face brings its crop; not when absent. */
  readonly crop?: boolean;
  /** Whether each face brings a small picture of its own; not when absent. */
  readonly thumb?: boolean;
  /** Whether the picture itself comes back small; not when absent. */
  readonly thumbnail?: boolean;
  /** Whether a picture of nobody is answered, without faces; it is refused when absent. */
  readonly mayBeEmpty?: boolean;
  /** `interactive` when absent. */
  readonly priority?: Priority;
};

/** A face with the vector that it is compared by. */
export type EmbeddedFace = AnalysedFace & { readonly template: NonNullable<AnalysedFace['template']> };
export type EmbeddedPicture = Omit<AnalysedPicture, 'faces'> & { readonly faces: readonly EmbeddedFace[] };

/** The pose that was measured or, where it was not, what five points show of it, less well. */
export function poseOf({
  attributes,
  landmarks,
}: Pick<AnalysedFace, 'landmarks'> & Partial<Pick<AnalysedFace, 'attributes'>>): Pose {
  return attributes?.pose ?? poseFrom5(landmarks);
}

/** What runs now. `vision-down` before vision was ready once. */
export function runningModels(vision: Vision): VisionModels {
  const { models } = vision.status();
  if (!models) throw new AppError('vision-down', 'The networks are still being loaded');
  return models;
}

/** The score table of a model. `model-unmeasured` when it has none: no rate says anything of its scores. */
export function requireScores(
  modelId: string,
  scoreTable: (modelId: string) => ScoreTable | undefined,
): ScoreTable {
  const table = scoreTable(modelId);
  if (table) return table;
  const details = { model: modelId };
  const message = `The scores of the embedding model ${modelId} were never measured, so that no rate can be kept`;
  throw new AppError('model-unmeasured', message, { details });
}

/** The faces of a picture without templates. `no-face` when there is none, unless `mayBeEmpty`. */
export function describePicture(
  vision: Vision,
  ask: PictureAsk,
  signal: AbortSignal,
): Promise<AnalysedPicture> {
  return look(vision, { ...ask, embed: false }, signal);
}

/** The faces of a picture with templates. `no-face` when there is none, unless `mayBeEmpty`. */
export async function embedPicture(
  vision: Vision,
  ask: PictureAsk,
  signal: AbortSignal,
): Promise<EmbeddedPicture> {
  const picture = await look(vision, { ...ask, embed: true }, signal);
  return { ...picture, faces: picture.faces.map(requireTemplate) };
}

async function look(
  vision: Vision,
  { mayBeEmpty = false, ...ask }: PictureAsk & { readonly embed: boolean },
  signal: AbortSignal,
): Promise<AnalysedPicture> {
  const installed = vision.status().models?.attributes ?? [];
  const attributes = ask.attributes.filter((attribute) => installed.includes(attribute));
  const request = { crop: false, priority: 'interactive', ...ask, attributes } as const;
  const picture = await vision.analyse(request, signal);
  if (picture.faces.length === 0 && !mayBeEmpty)
    throw new AppError('no-face', 'No face was found in the picture');
  return ask.maxFaces === 0 ? picture : { ...picture, faces: picture.faces.slice(0, ask.maxFaces) };
}

function requireTemplate(face: AnalysedFace): EmbeddedFace {
  if (!face.template) throw new AppError('internal', 'Vision left out a template that was asked for');
  return { ...face, template: face.template };
}

/**
 * A reference's vector by the model that runs now: made anew from its crop when an earlier model made it, and
 * `template-mismatch` when it has no crop.
 */
export async function currentVector(
  vision: Vision,
  { template, crop }: KeyedReference,
  signal: AbortSignal,
): Promise<Float32Array> {
  if (template.modelId === runningModels(vision).embedding.id) return template.vector;
  if (!crop) {
    throw new AppError('template-mismatch', 'The reference was made by a model that no longer runs');
  }
  return (await vision.embedCrop(crop, { priority: 'interactive' }, signal)).vector;
}

/** A caller's embeddings as unit vectors. `template-mismatch` when one has another length than the running model's. */
export function readVectors(vision: Vision, vectors: readonly (readonly number[])[]): Float32Array[] {
  const { dimensions } = runningModels(vision).embedding;
  return vectors.map((vector) => {
    if (vector.length !== dimensions) {
      const details = { expected: dimensions, provided: vector.length };
      throw new AppError('template-mismatch', 'The embedding has another length', { details });
    }
    return unitVector(vector);
  });
}
