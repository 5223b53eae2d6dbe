import type { ScoreTable } from '../domain/catalogue.ts';
import { checkFace, type EnrolmentPolicy, findRoom, limitsPose, openEnrolment } from '../domain/enrolment.ts';
import { AppError } from '../domain/errors.ts';
import type { AnalysedFace, Attribute } from '../domain/face.ts';
import { fmrAtCosine } from '../domain/false-match-rate.ts';
import type { Membership, NewReference, Reference, Uuid } from '../domain/gallery.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Vision } from '../domain/ports/vision.ts';
import { thresholdFor } from '../domain/threshold.ts';
import { poseFrom5 } from '../pipeline/pose.ts';
import type { Turns } from '../primitives/turns.ts';
import { type PictureAsk, requireScores } from './pictures.ts';

export type EnrolAsk = Pick<PictureAsk, 'picture' | 'faces' | 'minDetectorScore'> & {
  readonly collectionId: Uuid;
  readonly key: string;
  /** The collections that the caller may see. */
  readonly reach: readonly Uuid[] | 'all';
};

/** The key is the one that the person has; `replaced` is the reference that went for this one. */
export type Enrolled = Reference & { readonly key: string; readonly replaced?: Uuid };

export type EnrolParts = {
  readonly gallery: Gallery;
  readonly vision: Vision;
  /** Whether the picture is kept beside the crop. */
  readonly keepsPictures: boolean;
  /** Absent, every picture with one face is taken. */
  readonly policy?: EnrolmentPolicy;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
  readonly inTurn: <R>(collectionId: Uuid, key: string, run: () => Promise<R>) => Promise<R>;
  /** Those in which faces are compared before they are enrolled. */
  readonly faceTurns: Turns;
};

/** The enrolment of pictures as `People` promises it. */
export function createEnrol(parts: EnrolParts): (ask: EnrolAsk, signal: AbortSignal) => Promise<Enrolled> {
  const { gallery, keepsPictures, policy = openEnrolment, inTurn } = parts;
  return async ({ collectionId, key, reach, ...ask }, signal) => {
    const face = await readOnlyFace(parts.vision, { ...ask, policy }, signal);
    checkFace({ ...face, pose: face.attributes.pose ?? poseFrom5(face.landmarks) }, policy);
    const enrolled = { ...toNewReference(face), ...(keepsPictures && { picture: ask.picture }) };
    const write = () =>
      inTurn(collectionId, key, async () => {
        if (signal.aborted)
          throw new AppError('cancelled', 'The client hung up before the face was enrolled');
        const member = await gallery.findMembership(collectionId, key, 'ignoreCase');
        const heldKey = member?.key ?? key;
        const replaced = await findReplaced(gallery, { member, face, policy });
        const replacing = replaced === undefined ? {} : { replacing: replaced };
        const reference = await gallery.enrol(collectionId, heldKey, enrolled, replacing);
        return { ...reference, key: heldKey, ...(replaced !== undefined && { replaced }) };
      });
    return checkingDuplicates(parts, { collectionId, key, reach, template: enrolled.template }, write);
  };
}

async function readOnlyFace(
  vision: Vision,
  { policy, ...ask }: Pick<EnrolAsk, 'picture' | 'faces' | 'minDetectorScore'> & { policy: EnrolmentPolicy },
  signal: AbortSignal,
): Promise<AnalysedFace> {
  const attributes = limitsPose(policy) ? posesOf(vision) : [];
  // Two are enough to know that there is not just one.
  const request = {
    ...ask,
    maxFaces: 2,
    embed: true,
    crop: true,
    attributes,
    priority: 'interactive',
  } as const;
  const { faces } = await vision.analyse(request, signal);
  const [face, second] = faces;
  if (!face) throw new AppError('no-face', 'No face was found in the picture');
  if (second) throw new AppError('several-faces', 'The picture has several faces');
  return face;
}

/** Where no network measures the pose, five points do, less well. */
function posesOf(vision: Vision): Attribute[] {
  return vision.status().models?.attributes.includes('pose') ? ['pose'] : [];
}

function toNewReference(face: AnalysedFace): NewReference {
  const { template, crop, box, landmarks, detectorScore, quality } = face;
  if (!template || !crop) throw new AppError('internal', 'Vision left out what enrolment needs');
  return { template, crop, box, landmarks, detectorScore, quality };
}

type Joining = {
  readonly member: Membership | undefined;
  readonly face: AnalysedFace;
  readonly policy: EnrolmentPolicy;
};

/** The reference that goes for the new one, if one has to. */
async function findReplaced(gallery: Gallery, { member, face, policy }: Joining): Promise<Uuid | undefined> {
  if (!member || member.referenceCount < (policy.maxReferences ?? Number.POSITIVE_INFINITY)) return undefined;
  const { collectionId, key, referenceCount: limit } = member;
  const { references } = await gallery.listReferences(collectionId, { key, offset: 0, limit });
  const found = await Promise.all(references.map(({ id }) => gallery.findReference(collectionId, id)));
  // One may have gone meanwhile.
  const held = found.flatMap((one) => (one ? [{ id: one.id, quality: one.quality.overall }] : []));
  const room = findRoom(held, face.quality.overall, policy);
  return room.kind === 'instead' ? room.of : undefined;
}

type Newcomer = Pick<EnrolAsk, 'collectionId' | 'key' | 'reach'> & Pick<NewReference, 'template'>;

/**
 * Looks whether the face is somebody else's, then writes: one after the other for all faces that could be each other's
 * duplicates, so that the second of two finds the first.
 */
async function checkingDuplicates<R>(
  parts: EnrolParts,
  newcomer: Newcomer,
  write: () => Promise<R>,
): Promise<R> {
  const { policy = openEnrolment, faceTurns } = parts;
  if (policy.duplicates === 'off') return write();
  // Two callers may reach one collection each by another set, so that for these all wait for all.
  const turn = policy.duplicates === 'collection' ? newcomer.collectionId : 'all collections';
  return faceTurns.take(turn, async () => {
    await refuseDuplicate(parts, newcomer, policy);
    return write();
  });
}

async function refuseDuplicate(
  { gallery, scoreTable }: EnrolParts,
  { collectionId, key, reach, template }: Newcomer,
  policy: EnrolmentPolicy,
): Promise<void> {
  const table = requireScores(template.modelId, scoreTable);
  const { cosine } = thresholdFor(table, { maxFmr: policy.duplicateFmr }, 1);
  const others = policy.duplicates === 'collection' ? [] : await reached(gallery, reach);
  const collectionIds = [...new Set([collectionId, ...others])];
  const namesakes = await Promise.all(
    collectionIds.map((id) => gallery.findMembership(id, key, 'ignoreCase')),
  );
  const own = new Set(namesakes.map((member) => member?.personId));
  const [found = []] = await gallery.search({
    ...{ collectionIds, modelId: template.modelId, probes: [template.vector], minScore: cosine },
    // She may have references under the key in each collection: one more shows somebody else.
    ...{ limit: own.size + 1, distinctPersons: true, includeBarred: true },
  });
  const other = found.find(({ personId }) => !own.has(personId));
  if (!other) return;
  const details = {
    fmr: Number(fmrAtCosine(table, other.score).toPrecision(3)),
    maxFmr: policy.duplicateFmr,
    personId: other.personId,
    collectionId: other.collectionId,
  };
  throw new AppError('face-duplicate', 'The face is enrolled under another key already', { details });
}

async function reached(gallery: Gallery, reach: EnrolAsk['reach']): Promise<readonly Uuid[]> {
  return reach === 'all' ? (await gallery.listCollections()).map(({ id }) => id) : reach;
}
