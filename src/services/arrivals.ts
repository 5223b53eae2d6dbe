import type { ScoreTable } from '../domain/catalogue.ts';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Candidate, Metadata, Uuid } from '../domain/gallery.ts';
import { personUnknown } from '../domain/gallery-rules.ts';
import { type Admission, admits, knownFmr } from '../domain/new-person.ts';
import type { Gallery, ListedReference } from '../domain/ports/gallery.ts';
import { thresholdFor } from '../domain/threshold.ts';
import { Turns } from '../primitives/turns.ts';
import type { DuplicateAsk } from './face-duplicates.ts';
import type { ReadPicture } from './kept-picture.ts';
import type { People } from './people.ts';
import { type EmbeddedFace, poseOf, requireScores } from './pictures.ts';

/** A face with its crop, and what is kept of it if it is kept. */
type KeptFace = {
  readonly face: EmbeddedFace;
  readonly admission: Admission;
  readonly metadata: Metadata;
  /** The picture that it is on. */
  readonly picture?: ReadPicture;
  /** Whether picture and crop are kept beside the template. */
  readonly keepsImage: boolean;
  /** As for every enrolment. */
  readonly reach: DuplicateAsk['reach'];
};

export type ArrivalAsk = KeptFace & {
  /** Where she is looked for and, where nobody has her face, becomes a person. At least one. */
  readonly collectionIds: readonly Uuid[];
};

export type Arrival = {
  /** Who has this face already: of each collection the one most alike. */
  readonly known: readonly Candidate[];
  /** The new person's place in each of the other collections; none when the face is not admitted. */
  readonly enrolled: readonly ListedReference[];
};

export type ReplaceAsk = KeptFace & { readonly collectionId: Uuid; readonly personId: Uuid };

/**
 * Faces that become persons by a rule. What the rule or the operator's policy does not admit is no error: nothing
 * becomes of it. Rejects as `People` and `Gallery` do, and with `model-unmeasured`.
 */
export interface Arrivals {
  /** Of two equal faces that come at once one becomes a person, and the other is known. */
  arrive(ask: ArrivalAsk, signal: AbortSignal): Promise<Arrival>;
  /** Gives a member this face in the place of all that she has; `undefined` when it is not admitted. */
  replace(ask: ReplaceAsk, signal: AbortSignal): Promise<ListedReference | undefined>;
  /** Takes pictures and crops of a member away and leaves the templates. */
  dropImages(collectionId: Uuid, personId: Uuid): Promise<void>;
}

export type ArrivalsParts = {
  readonly gallery: Gallery;
  readonly people: Pick<People, 'enrolFaces'>;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
};

export function createArrivals(parts: ArrivalsParts): Arrivals {
  const turns = new Turns();
  return {
    arrive: (ask, signal) => turns.takeAll(ask.collectionIds, () => arrive(parts, ask, signal)),
    replace: (ask, signal) => turns.take(ask.collectionId, () => replace(parts, ask, signal)),
    dropImages: (collectionId, personId) =>
      turns.take(collectionId, () => dropImages(parts, collectionId, personId)),
  };
}

async function arrive(parts: ArrivalsParts, ask: ArrivalAsk, signal: AbortSignal): Promise<Arrival> {
  const { gallery } = parts;
  const known = await findKnown(parts, ask);
  const taken = new Set(known.map(({ collectionId }) => collectionId));
  const [first, ...others] = [...new Set(ask.collectionIds)].filter((id) => !taken.has(id));
  const reference = first === undefined ? undefined : await enrol(parts, { ...ask, place: first }, signal);
  if (!reference) return { known, enrolled: [] };
  const { collectionId, id: referenceId } = reference;
  const siblings = await gallery.changeReferences(
    others.map((to) => ({ kind: 'copy', collectionId, referenceId, to })),
  );
  return { known, enrolled: [reference, ...siblings] };
}

/** Also those who are suspended: a face does not become a person for it. */
async function findKnown(
  { gallery, scoreTable }: ArrivalsParts,
  { face: { template }, collectionIds, admission }: ArrivalAsk,
): Promise<Candidate[]> {
  const { modelId, vector } = template;
  const { cosine: minScore } = thresholdFor(
    requireScores(modelId, scoreTable),
    { maxFmr: knownFmr(admission) },
    1,
  );
  const known: Candidate[] = [];
  for (const collectionId of new Set(collectionIds)) {
    const [found = []] = await gallery.search({
      ...{ collectionIds: [collectionId], modelId, probes: [vector], minScore },
      ...{ limit: 1, distinctPersons: true, includeBarred: true },
    });
    known.push(...found);
  }
  return known;
}

/** What an operator's policy refuses. */
const unfit: ReadonlySet<ErrorCode> = new Set([
  'face-too-small',
  'quality-too-low',
  'pose-too-far',
  'face-duplicate',
  'references-full',
]);

/** What is said of somebody, or of a face, that is there no more. */
const gone: ReadonlySet<ErrorCode> = new Set(['person-unknown', 'reference-unknown']);

type Place = { readonly place: Uuid; readonly personId?: Uuid; readonly replacing?: Uuid };

/** `undefined` when the face is not admitted. */
async function enrol(
  { people }: ArrivalsParts,
  { face, admission, metadata, picture, keepsImage, reach, place, ...whose }: KeptFace & Place,
  signal: AbortSignal,
): Promise<ListedReference | undefined> {
  if (!admits(admission, { box: face.box, pose: poseOf(face) })) return undefined;
  const { personId, replacing } = whose;
  const wish = {
    ...{ face, key: null, metadata, keeps: keepsImage ? ('picture' as const) : ('nothing' as const) },
    ...(personId !== undefined && { personId, isMember: true }),
    ...(replacing !== undefined && { replacing }),
    ...(picture && { picture }),
  };
  try {
    const [enrolled] = await people.enrolFaces({ collectionId: place, reach, faces: [wish] }, signal);
    return enrolled;
  } catch (error) {
    if (error instanceof AppError && unfit.has(error.code)) return undefined;
    throw error;
  }
}

async function replace(
  parts: ArrivalsParts,
  { collectionId, personId, ...ask }: ReplaceAsk,
  signal: AbortSignal,
): Promise<ListedReference | undefined> {
  const { gallery } = parts;
  const [replacing, ...others] = (await referencesOf(gallery, collectionId, personId)).map(({ id }) => id);
  const place = { place: collectionId, personId, ...(replacing !== undefined && { replacing }) };
  const enrolled = await enrol(parts, { ...ask, ...place }, signal);
  if (enrolled) await gallery.removeReferences(collectionId, others);
  return enrolled;
}

async function dropImages({ gallery }: ArrivalsParts, collectionId: Uuid, personId: Uuid): Promise<void> {
  const all = await referencesOf(gallery, collectionId, personId);
  for (const { id } of all.filter(({ hasCrop, hasPicture }) => hasCrop || hasPicture)) {
    const reference = await gallery.findReference(collectionId, id);
    if (!reference) continue;
    const { key, template, box, landmarks, detectorScore, quality, text, metadata } = reference;
    const bare = { template, box, landmarks, detectorScore, quality, text, metadata };
    await orGone(gallery.enrol(collectionId, key, bare, { personId, replacing: id, mustReplace: true }));
  }
}

/** Of who has gone meanwhile there is nothing to be written anew. */
async function orGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const isGone = error instanceof AppError && gone.has(error.code);
    if (!isGone) throw error;
  }
}

/** `person-unknown` when she is no member. */
async function referencesOf(
  gallery: Gallery,
  collectionId: Uuid,
  personId: Uuid,
): Promise<ListedReference[]> {
  const member = await gallery.findMembershipOf(collectionId, personId);
  if (!member) throw personUnknown();
  const { key, referenceCount: limit } = member;
  return limit === 0
    ? []
    : (await gallery.listReferences(collectionId, { key, offset: 0, limit })).references;
}
