import type { ScoreTable } from '../domain/catalogue.ts';
import { eachItemInTurn } from '../domain/each-item.ts';
import { checkFace, type EnrolmentPolicy, limitsPose, openEnrolment } from '../domain/enrolment.ts';
import { AppError } from '../domain/errors.ts';
import type { AnalysedFace, AnalysedPicture, Attribute, FaceCrop } from '../domain/face.ts';
import type { Metadata, NewReference, Uuid } from '../domain/gallery.ts';
import type {
  EnrolOptions,
  Gallery,
  KeyedReference,
  KeyWish,
  NewEnrolment,
} from '../domain/ports/gallery.ts';
import type { Vision } from '../domain/ports/vision.ts';
import type { Turns } from '../primitives/turns.ts';
import { type DuplicateAsk, reachesFurther, refuseDuplicate } from './face-duplicates.ts';
import { identityOf, Rooms } from './face-rooms.ts';
import { enrolNeeds, keptOf, type PicturePolicy, type ReadPicture } from './kept-picture.ts';
import { type PictureAsk, poseOf } from './pictures.ts';

export type EnrolAsk = Pick<PictureAsk, 'picture' | 'faces' | 'minDetectorScore' | 'priority'> &
  Pick<DuplicateAsk, 'collectionId' | 'reach'> & { readonly key: string; readonly metadata?: Metadata };

/** What is kept of a picture beside the template; without its crop a face is not found any more after a change of model. */
export type Keeps = 'nothing' | 'crop' | 'picture';

/** A face that `readFaces` has read, whose it is, and what is kept beside it. */
export type FaceWish = EnrolOptions & {
  readonly face: AnalysedFace;
  readonly key: KeyWish;
  /** Her own; that of all when absent. */
  readonly picture?: ReadPicture;
  /** `picture` when absent, as the policy has it. */
  readonly keeps?: Keeps;
  readonly text?: string;
  readonly metadata?: Metadata;
};

export type FacesAsk = DuplicateAsk & {
  readonly faces: readonly FaceWish[];
  /** Kept beside each face, as the policy has it. */
  readonly picture?: ReadPicture;
};

/** New people of one collection, each with a picture of her alone. */
export type NewPeopleAsk = DuplicateAsk & {
  readonly people: readonly { readonly key: string; readonly picture: Uint8Array }[];
};

/** The key is the one that the person has; `replaced` is the reference that the policy let go for this one. */
export type Enrolled = KeyedReference & { readonly replaced?: Uuid };

/** The enrolment of pictures and faces, as `People` promises it. */
export type Enrolment = {
  enrol(ask: EnrolAsk, signal: AbortSignal): Promise<Enrolled>;
  readFaces(ask: PictureAsk, signal: AbortSignal): Promise<AnalysedPicture>;
  enrolFaces(ask: FacesAsk, signal: AbortSignal): Promise<Enrolled[]>;
  enrolPeople(ask: NewPeopleAsk, signal: AbortSignal): Promise<Enrolled[]>;
};

export type EnrolParts = {
  readonly gallery: Gallery;
  readonly vision: Vision;
  readonly pictures: PicturePolicy;
  /** Absent, every picture with one face is taken. */
  readonly policy?: EnrolmentPolicy;
  readonly scoreTable: (modelId: string) => ScoreTable | undefined;
  /** Runs when nobody else looks up, to write, one of these keys and persons. */
  readonly inTurn: <R>(collectionId: Uuid, names: readonly string[], run: () => Promise<R>) => Promise<R>;
  /** Those in which faces are compared before they are enrolled. */
  readonly faceTurns: Turns;
};

/** How a write of one face, or of several, names what fails and is made. */
type Way = {
  readonly each: <T, R>(items: readonly T[], run: (item: T, at: number) => Promise<R>) => Promise<R[]>;
  readonly write: (collectionId: Uuid, faces: readonly NewEnrolment[]) => Promise<KeyedReference[]>;
};

export function createEnrol(given: EnrolParts): Enrolment {
  const parts = { ...given, policy: given.policy ?? openEnrolment };
  const { gallery } = parts;
  const together: Way = {
    each: eachItemInTurn,
    write: (collectionId, faces) => gallery.enrolAll(collectionId, faces),
  };
  const alone: Way = {
    each: (items, run) => Promise.all(items.map(run)),
    write: async (collectionId, [one]) => [await gallery.enrol(collectionId, one!.key, one!.face, one!)],
  };
  const readOnlyFace = async (ask: OnlyFaceAsk, signal: AbortSignal): Promise<OnlyFace> => {
    // Two are enough to know that there is not just one.
    const { faces, thumbnail } = await readFaces(parts, { ...ask, maxFaces: 2, attributes: [] }, signal);
    if (faces.length > 1) throw new AppError('several-faces', 'The picture has several faces');
    return { face: faces[0]!, picture: { file: ask.picture, thumbnail } };
  };
  return {
    readFaces: (ask, signal) => readFaces(parts, ask, signal),
    async enrol({ key, collectionId, reach, metadata, ...ask }, signal) {
      const face = await readOnlyFace(ask, signal);
      const wish = { ...face, key, ...(metadata && { metadata }) };
      const only = { faces: [wish], collectionId, reach };
      const [enrolled] = await enrolFaces(parts, { ...only, ignoreCase: true, signal }, alone);
      return enrolled!;
    },
    enrolFaces: (ask, signal) => enrolFaces(parts, { ...ask, signal }, together),
    async enrolPeople({ people, ...ask }, signal) {
      // One after the other: many pictures of one caller must not fill the queue that all callers share.
      const faces = await eachItemInTurn(people, async ({ key, picture }) => {
        const face = await readOnlyFace({ picture, faces: 'detect' }, signal);
        return { ...face, key, isNew: true };
      });
      return enrolFaces(parts, { ...ask, faces, signal }, together);
    },
  };
}

type OnlyFaceAsk = Pick<EnrolAsk, 'picture' | 'faces' | 'minDetectorScore' | 'priority'>;
type OnlyFace = { readonly face: AnalysedFace; readonly picture: ReadPicture };

type PolicedParts = EnrolParts & { readonly policy: EnrolmentPolicy };

async function readFaces(
  { vision, policy, pictures }: PolicedParts,
  { attributes, ...ask }: PictureAsk,
  signal: AbortSignal,
): Promise<AnalysedPicture> {
  const installed = vision.status().models?.attributes ?? [];
  // Where no network measures the pose, five points do, less well.
  const wanted = new Set<Attribute>([...attributes, ...(limitsPose(policy) ? (['pose'] as const) : [])]);
  const picture = await vision.analyse(
    {
      ...{ priority: 'interactive', ...ask, ...enrolNeeds(pictures), embed: true },
      attributes: installed.filter((attribute) => wanted.has(attribute)),
    },
    signal,
  );
  if (picture.faces.length === 0) throw new AppError('no-face', 'No face was found in the picture');
  return picture;
}

async function enrolFaces(
  parts: PolicedParts,
  ask: FacesAsk & { readonly signal: AbortSignal },
  way: Way,
): Promise<Enrolled[]> {
  const { collectionId, faces } = ask;
  const wishes = await way.each(
    faces,
    async ({ face, picture = ask.picture, keeps = 'picture', ...wish }) => {
      checkFace({ ...face, pose: poseOf(face) }, parts.policy);
      const { crop, ...bare } = toNewReference(face, wish);
      const kept = picture && keeps === 'picture' ? keptOf(parts.pictures, picture) : undefined;
      const files = { ...(keeps !== 'nothing' && crop && { crop }), ...(kept && { picture: kept }) };
      return { ...wish, face: { ...bare, ...files } };
    },
  );
  const names = wishes.flatMap(({ key, personId }) => [key, personId].filter((name) => name != null));
  const write = () =>
    parts.inTurn(collectionId, names, async () => {
      if (ask.signal.aborted)
        throw new AppError('cancelled', 'The client hung up before the face was enrolled');
      const rooms = new Rooms(parts, ask);
      const placed = await way.each(wishes, (wish) => rooms.place(wish));
      const enrolled = await way.write(collectionId, placed);
      return enrolled.map((reference, at) => {
        const replaced = wishes[at]!.replacing === undefined ? placed[at]!.replacing : undefined;
        return { ...reference, ...(replaced !== undefined && { replaced }) };
      });
    });
  return checkingDuplicates(parts, { ask, wishes, way }, write);
}

function toNewReference(
  { template, crop, box, landmarks, detectorScore, quality }: AnalysedFace,
  { text, metadata }: Pick<FaceWish, 'text' | 'metadata'>,
): NewReference & { readonly crop: FaceCrop } {
  if (!template || !crop) throw new AppError('internal', 'Vision left out what enrolment needs');
  const notes = { ...(text !== undefined && { text }), ...(metadata && { metadata }) };
  return { template, crop, box, landmarks, detectorScore, quality, ...notes };
}

type Comparison = {
  readonly ask: DuplicateAsk;
  readonly wishes: readonly NewEnrolment[];
  readonly way: Way;
};

/**
 * Looks whether a face is somebody else's, then writes: one after the other for all faces that could be each other's
 * duplicates, so that the second of two finds the first.
 */
async function checkingDuplicates<R>(
  parts: PolicedParts,
  { ask, wishes, way }: Comparison,
  write: () => Promise<R>,
): Promise<R> {
  const { policy, faceTurns } = parts;
  if (policy.duplicates === 'off' && ask.duplicateScore === undefined) return write();
  // Two callers may reach one collection each by another set, so that for these all wait for all.
  const turn = reachesFurther(policy) ? 'all collections' : ask.collectionId;
  const newcomers = wishes.map(({ key, personId, face: { template } }) => ({
    ...{
      key,
      personId,
      template,
      identity: identityOf({ key, ...(personId !== undefined && { personId }) }, ask.ignoreCase),
    },
  }));
  return faceTurns.take(turn, async () => {
    await way.each(newcomers, (newcomer, at) =>
      refuseDuplicate(parts, ask, { newcomer, others: newcomers.slice(0, at) }),
    );
    return write();
  });
}
