import { AppError } from '../domain/errors.ts';
import type { AnalysedFace } from '../domain/face.ts';
import type { Metadata, Uuid } from '../domain/gallery.ts';
import { mostAtOnce } from '../domain/gallery-bounds.ts';
import { keyOrAutomatic } from '../domain/gallery-rules.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import { Turns } from '../primitives/turns.ts';
import { currentCaller } from './actor.ts';
import type { Enrolled, FaceWish } from './enrol.ts';
import type { HistoryService } from './history.ts';
import type { ReadPicture } from './kept-picture.ts';
import type { People } from './people.ts';
import type { Recognition } from './recognition.ts';
import type { RecordedRecognitions } from './recorded-recognition.ts';

/** A face that `People.readFaces` has read, with what is kept beside it. */
export type TakenFace = { readonly face: AnalysedFace; readonly metadata: Metadata };

/** Faces of one picture, without a word of whose they are. */
export type IntakeAsk = {
  readonly faces: readonly TakenFace[];
  /** Kept beside each face; absent where somebody else is in it as well, who would stay in it when she is erased. */
  readonly picture?: ReadPicture;
  /** Where they are enrolled; at least one. */
  readonly collectionIds: readonly Uuid[];
  /** Where people are looked for who may be the same. */
  readonly reach: readonly Uuid[];
  /** What all of these faces are called; it names a person when there is one face only. */
  readonly text: string;
  /** Where they were seen, which makes each a sighting. */
  readonly cameraId?: Uuid;
};

/** Enrols faces of people who may be known already. Rejects as `People.enrolFaces` and `Recognition` do. */
export interface Intake {
  /**
   * Each face goes to the person who is called the same; if it is called nothing, to the one who looks the same; else it
   * makes a person. In the first collection all are enrolled or none, then siblings are made. Tells the faces' numbers.
   */
  take(ask: IntakeAsk, signal: AbortSignal): Promise<number[]>;
}

export type IntakeParts = {
  readonly gallery: Gallery;
  readonly people: Pick<People, 'enrolFaces'>;
  readonly recognition: Pick<Recognition, 'threshold'>;
  readonly history: Pick<HistoryService, 'record'>;
  readonly which: RecordedRecognitions;
  readonly nowMs?: () => number;
};

/** How often a stranger may be taken for somebody, as at doors: whose faces were mixed up nobody can tell later. */
const maxFpir = 1e-3;

/** Whose a face is; without an id somebody new. */
type Owner = Pick<FaceWish, 'key' | 'personId'>;

export function createIntake(parts: IntakeParts): Intake {
  const { gallery, people } = parts;
  const turns = new Turns();
  return {
    async take(ask, signal) {
      const { faces, text, reach, picture, cameraId } = ask;
      const [first = '', ...others] = new Set(ask.collectionIds);
      if (faces.length * (1 + others.length) > mostAtOnce)
        throw new AppError(
          'bad-input',
          `At most ${mostAtOnce} faces are enrolled at once, in all collections`,
        );
      // Looking for her and making her are one step, so that two pictures of somebody new make one person.
      const { owners, enrolled } = await turns.take(first, async () => {
        const owners = await ownersOf(parts, ask);
        const wishes = faces.map((face, at) => ({ ...face, ...owners[at]!, text }));
        const wish = { collectionId: first, reach, faces: wishes, ...(picture && { picture }) };
        return { owners, enrolled: await people.enrolFaces(wish, signal) };
      });
      const copies = enrolled.flatMap(({ id }) =>
        others.map((to) => ({ kind: 'copy', collectionId: first, referenceId: id, to }) as const),
      );
      if (copies.length > 0) await gallery.changeReferences(copies);
      if (cameraId !== undefined) recordSightings(parts, { ...ask, cameraId, owners, enrolled });
      return enrolled.map(({ faceNumber }) => faceNumber);
    },
  };
}

async function ownersOf(parts: IntakeParts, ask: IntakeAsk): Promise<Owner[]> {
  const key = keyOrAutomatic(ask.text);
  return key !== null && ask.faces.length === 1
    ? [await namesake(parts.gallery, key, ask)]
    : await lookAlikes(parts, ask);
}

/** Of several, the one where the face is going. */
async function namesake(
  gallery: Gallery,
  key: string,
  { collectionIds, reach }: Pick<IntakeAsk, 'collectionIds' | 'reach'>,
): Promise<Owner> {
  for (const collectionId of new Set([...collectionIds, ...reach])) {
    const member = await gallery.findMembership(collectionId, key);
    if (member) return { key, personId: member.personId };
  }
  return { key };
}

async function lookAlikes(
  { gallery, recognition }: IntakeParts,
  { faces, reach }: Pick<IntakeAsk, 'faces' | 'reach'>,
): Promise<Owner[]> {
  const { cosine: minScore } = await recognition.threshold({ maxFpir }, reach);
  const templates = faces.flatMap(({ face: { template } }) => template ?? []);
  const modelId = templates[0]?.modelId ?? '';
  const found = await gallery.search({
    ...{ collectionIds: reach, modelId, probes: templates.map(({ vector }) => vector), minScore },
    // Whoever may not be found is to be known all the same, or she would come back as somebody new.
    ...{ limit: faces.length, distinctPersons: true, includeBarred: true },
  });
  const taken = new Set<Uuid>();
  return found.map((candidates): Owner => {
    // Nobody is twice in a picture.
    const best = candidates.find(({ personId }) => !taken.has(personId));
    if (!best) return { key: null };
    taken.add(best.personId);
    return { key: null, personId: best.personId };
  });
}

type Sightings = IntakeAsk & {
  readonly cameraId: Uuid;
  readonly owners: readonly Owner[];
  readonly enrolled: readonly Enrolled[];
};

function recordSightings(
  { history, which, nowMs = Date.now }: IntakeParts,
  { collectionIds, cameraId, owners, enrolled }: Sightings,
): void {
  if (which === 'none') return;
  for (const [at, { personId, id, box, quality, template }] of enrolled.entries()) {
    const isNew = owners[at]?.personId === undefined;
    history.record({
      ...{ kind: 'sighting', atMs: nowMs(), collectionIds, cameraId, modelId: template.modelId },
      ...{ box, quality: quality.overall, ...currentCaller() },
      candidates: [{ personId, referenceId: id, score: 1, ...(isNew && { isNew }) }],
    });
  }
}
