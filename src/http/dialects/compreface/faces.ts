import type { AnalysedFace, AnalysedPicture, Attribute, StageTimes } from '../../../domain/face.ts';
import type { Candidate } from '../../../domain/gallery.ts';
import { type Box, fiveOf68, type Landmarks5 } from '../../../domain/geometry.ts';
import type { VisionModels } from '../../../domain/ports/vision.ts';
import { cosineAt, similarityAt, similarityScale } from '../../../domain/similarity.ts';
import type { PictureAsk } from '../../../services/pictures.ts';
import type { Recognition, SearchAsk } from '../../../services/recognition.ts';
import { refusals } from './errors.ts';
import { roundTo5 } from './rounding.ts';
import type { PictureQuery, PluginSlug, SearchQuery, WireBox, WireFace, WireSubject } from './wire.ts';

const attributeOf: Readonly<Partial<Record<PluginSlug, Attribute>>> = {
  age: 'age',
  gender: 'gender',
  pose: 'pose',
  mask: 'mask',
  landmarks: 'landmarks68',
};

/** What the query asks of a picture. A threshold outside of 0 to 1 finds no face. */
export function toPictureAsk(picture: Uint8Array, query: PictureQuery): PictureAsk {
  const { limit, face_plugins, detect_faces } = query;
  const attributes = [...face_plugins].flatMap((slug) => attributeOf[slug] ?? []);
  const faces = detect_faces ? 'detect' : 'whole';
  return { picture, faces, maxFaces: limit, attributes, ...toMinScore(query.det_prob_threshold) };
}

/** The detector's threshold when there is one. */
export function toMinScore(threshold: number | undefined): { minDetectorScore?: number } {
  if (threshold === undefined) return {};
  if (!(threshold >= 0 && threshold <= 1)) throw refusals.threshold();
  return { minDetectorScore: threshold };
}

/** Similarities of the embedding model that runs now. */
export type Scale = { toSimilarity(cosine: number): number; toCosine(similarity: number): number };

export function openScale(recognition: Recognition): Scale {
  const scale = similarityScale(recognition.scoreTable(recognition.models().embedding.id));
  return {
    toSimilarity: (cosine) => roundTo5(similarityAt(cosine, scale)),
    toCosine: (similarity) => cosineAt(similarity, scale),
  };
}

/** Where and how much to search, from the query. */
export function toSearchAsk(query: SearchQuery, collectionIds: readonly string[], scale: Scale): SearchAsk {
  const { prediction_count, distinct_subjects, similarity_threshold } = query;
  return {
    collectionIds,
    limit: prediction_count,
    distinctPersons: distinct_subjects,
    // Half of the last digit lower, so that what is told as the threshold's own value counts.
    minScore: similarity_threshold === undefined ? -1 : scale.toCosine(similarity_threshold - 5e-6),
  };
}

export function toWireSubjects(candidates: readonly Candidate[], scale: Scale): WireSubject[] {
  return candidates.map(({ key, score, referenceId }) => ({
    subject: key,
    similarity: scale.toSimilarity(score),
    image_id: referenceId,
  }));
}

/** How the faces of one answer are told. */
export type FaceForm = Pick<PictureQuery, 'face_plugins' | 'status'> & {
  /** `detect` gives the probability as it is, the others with 5 decimals. */
  readonly probability: 'raw' | 'rounded';
};

type Described = Pick<AnalysedPicture, 'width' | 'height' | 'stageMs'>;

export function toWireFace(face: AnalysedFace, picture: Described, form: FaceForm): WireFace {
  const { attributes, detectorScore } = face;
  const { face_plugins: asked, status } = form;
  const probability = form.probability === 'raw' ? detectorScore : roundTo5(detectorScore);
  const { age, gender, pose, mask } = attributes;
  return {
    ...(asked.has('age') && age ? { age: toWireAge(age) } : {}),
    ...(asked.has('gender') && gender
      ? { gender: { probability: gender.probability, value: gender.value } }
      : {}),
    ...(asked.has('pose') && pose ? { pose: { pitch: pose.pitch, roll: pose.roll, yaw: pose.yaw } } : {}),
    ...(asked.has('mask') && mask ? { mask: toWireMask(mask) } : {}),
    ...(asked.has('calculator') && face.template ? { embedding: [...face.template.vector] } : {}),
    box: toWireBox(face.box, picture, probability),
    ...(asked.has('landmarks')
      ? { landmarks: fivePoints(face).map(([x, y]) => [Math.round(x), Math.round(y)] as const) }
      : {}),
    ...(status ? { execution_time: toExecutionTime(picture.stageMs, asked) } : {}),
  };
}

/** The detector may know no more of the mouth than its centre; the 68 landmarks do. */
function fivePoints({ attributes, landmarks }: AnalysedFace): Landmarks5 {
  return attributes.landmarks68 ? fiveOf68(attributes.landmarks68) : landmarks;
}

function toWireAge({ probability, high, low }: NonNullable<AnalysedFace['attributes']['age']>) {
  return { probability, high: Math.round(high), low: Math.round(low) };
}

/** The server's third value, for masks that are worn wrongly, is never told: the network does not know them. */
function toWireMask({ worn, probability }: NonNullable<AnalysedFace['attributes']['mask']>) {
  return { probability, value: worn ? ('with_mask' as const) : ('without_mask' as const) };
}

/** Faces may reach over the border; the corners of CompreFace's boxes never do. */
function toWireBox(box: Box, picture: Described, probability: number): WireBox {
  const across = (x: number) => Math.round(Math.min(Math.max(x, 0), picture.width));
  const down = (y: number) => Math.round(Math.min(Math.max(y, 0), picture.height));
  return {
    probability,
    x_max: across(box.x + box.width),
    y_max: down(box.y + box.height),
    x_min: across(box.x),
    y_min: down(box.y),
  };
}

/** Milliseconds of the picture's stages; the faces of a picture are worked on together. */
function toExecutionTime(times: StageTimes, asked: ReadonlySet<PluginSlug>): Record<string, number> {
  // Landmarks count as the detector's in the documentation.
  const described = [...asked].filter((slug) => attributeOf[slug] && slug !== 'landmarks');
  const told: readonly (readonly [string, number | undefined])[] = [
    ['detector', times.detect],
    ['calculator', times.embed],
    ...described.map((slug) => [slug, times.attributes] as const),
  ];
  return Object.fromEntries(
    told.flatMap(([slug, ms]) => (ms === undefined ? [] : [[slug, Math.round(ms * 10) / 10]])),
  );
}

/** Which networks the answer came from; part of an answer only with `status=true`. */
export function toPluginsVersions(
  { detector, embedding, attributes }: VisionModels,
  { face_plugins: asked, status }: Pick<PictureQuery, 'face_plugins' | 'status'>,
  calculated: boolean,
): { plugins_versions?: Record<string, string> } {
  if (!status) return {};
  const has = (slug: PluginSlug, attribute: Attribute) => asked.has(slug) && attributes.includes(attribute);
  return {
    plugins_versions: {
      ...(has('age', 'age') ? { age: 'ostiary.AgeDetector' } : {}),
      ...(has('gender', 'gender') ? { gender: 'ostiary.GenderDetector' } : {}),
      detector: `${detector}.FaceDetector`,
      ...(calculated || asked.has('calculator') ? { calculator: `${embedding.id}.Calculator` } : {}),
      ...(asked.has('landmarks')
        ? { landmarks: `${attributes.includes('landmarks68') ? 'ostiary' : detector}.LandmarksDetector` }
        : {}),
      ...(has('mask', 'mask') ? { mask: 'ostiary.MaskDetector' } : {}),
      ...(has('pose', 'pose') ? { pose: 'ostiary.PoseEstimator' } : {}),
    },
  };
}
