import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { AnalysedFace } from '../domain/face.ts';
import type { Uuid } from '../domain/gallery.ts';
import { vectorBytes } from '../domain/gallery-digest.ts';
import type { Job } from '../domain/job.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { BatchPicture, PictureBatch } from '../domain/ports/picture-batch.ts';
import type { Vision } from '../domain/ports/vision.ts';
import type { JobTools } from './jobs.ts';
import type { ReadPicture } from './kept-picture.ts';
import { oneOfMany } from './one-of-many.ts';
import type { People } from './people.ts';

export type EnrolBatchParts = {
  readonly gallery: Pick<Gallery, 'findMembership' | 'findPerson' | 'findReference' | 'search'>;
  readonly people: Pick<People, 'enrolFaces' | 'readFaces'>;
  readonly vision: Pick<Vision, 'ready'>;
};

/** Why a picture was not enrolled, and where it stands. */
export type BatchRefusal = BatchPicture['place'] & { readonly code: ErrorCode; readonly message: string };

/** What came of the pictures of a batch. `present` were enrolled for the same person before. */
export type BatchReport = {
  readonly added: number;
  readonly present: number;
  readonly refused: number;
  readonly ignored: number;
  /** How many were refused for which reason. */
  readonly reasons: Readonly<Partial<Record<ErrorCode, number>>>;
  /** The first of those that were refused. */
  readonly refusals: readonly BatchRefusal[];
};

/** The picture that comes next, and what came of those before. */
type Point = Omit<BatchReport, 'ignored'> & { readonly at: number };

type Outcome = 'added' | 'present' | Pick<BatchRefusal, 'code' | 'message'>;

const saveEveryMs = 500;
const toldRefusals = 200;
const longestMessage = 200;
/** Templates of one face by the same model have a cosine of 1, but for rounding. */
const equalScore = 0.9999;
const comparedAtMost = 100;

/**
 * Enrols the pictures of a batch into a collection one after the other, through the gates of enrolment, as the work of a
 * job: it goes on from where it was saved last. A picture that is refused does not stop the others. One whose template
 * the person has already is not enrolled again, so that what is done twice adds nothing.
 */
export async function enrolBatch(
  parts: EnrolBatchParts,
  { batch, collectionId }: { readonly batch: PictureBatch; readonly collectionId: Uuid },
  { job, tools }: { readonly job: Job; readonly tools: JobTools },
): Promise<BatchReport> {
  const { signal, save } = tools;
  const { total, ignored } = batch;
  let point = (job.resumePoint as Point | undefined) ?? begin;
  let savedAt = performance.now();
  const keep = async () => {
    await save({ done: point.at, total }, point);
    savedAt = performance.now();
  };
  try {
    for await (const picture of batch.pictures(point.at)) {
      signal.throwIfAborted();
      const enrol = () => enrolOne(parts, { picture, collectionId }, signal);
      point = pointAfter(point, picture, await oneOfMany(enrol, { vision: parts.vision, signal }));
      if (performance.now() - savedAt > saveEveryMs) await keep();
      // Many that are refused at once must not hold up whatever else there is to do.
      await nextTurn();
    }
  } catch (error) {
    if (signal.aborted) await keep();
    throw error;
  }
  const { added, present, refused, reasons, refusals } = point;
  return { added, present, refused, ignored, reasons, refusals };
}

const begin: Point = { at: 0, added: 0, present: 0, refused: 0, reasons: {}, refusals: [] };

function pointAfter(point: Point, { place }: BatchPicture, outcome: Outcome): Point {
  const at = point.at + 1;
  if (typeof outcome === 'string') return { ...point, at, [outcome]: point[outcome] + 1 };
  const { code, message } = outcome;
  const reasons = { ...point.reasons, [code]: (point.reasons[code] ?? 0) + 1 };
  const told = { ...place, code, message: message.slice(0, longestMessage) };
  const refusals = point.refusals.length < toldRefusals ? [...point.refusals, told] : point.refusals;
  return { ...point, at, refused: point.refused + 1, reasons, refusals };
}

type One = { readonly picture: BatchPicture; readonly collectionId: Uuid };

async function enrolOne(
  { gallery, people }: EnrolBatchParts,
  { picture: { key, name, read }, collectionId }: One,
  signal: AbortSignal,
): Promise<'added' | 'present'> {
  const { face, picture } = await readOnlyFace(people, await read(signal), signal);
  const member = await gallery.findMembership(collectionId, key, 'ignoreCase');
  const person = member && (await gallery.findPerson(member.personId));
  if (person && (await hasTemplate(gallery, { collectionId, personId: person.id, face }))) return 'present';
  const isUnnamed = !person || person.name === member?.key;
  const named = name !== undefined && isUnnamed ? { person: { name } } : {};
  const wish = { face, key, picture, ...named };
  await people.enrolFaces({ collectionId, reach: 'all', ignoreCase: true, faces: [wish] }, signal);
  return 'added';
}

async function readOnlyFace(
  people: EnrolBatchParts['people'],
  file: Uint8Array,
  signal: AbortSignal,
): Promise<{ readonly face: AnalysedFace; readonly picture: ReadPicture }> {
  // Two are enough to know that there is not just one.
  const wish = { faces: 'detect', maxFaces: 2, attributes: [], priority: 'background' } as const;
  const { faces, thumbnail } = await people.readFaces({ ...wish, picture: file }, signal);
  if (faces.length > 1) throw new AppError('several-faces', 'The picture has several faces');
  return { face: faces[0]!, picture: { file, thumbnail } };
}

type Held = { readonly collectionId: Uuid; readonly personId: Uuid; readonly face: AnalysedFace };

/** Whether one of her references in the collection has the very same template. */
async function hasTemplate(
  gallery: EnrolBatchParts['gallery'],
  { collectionId, personId, face: { template } }: Held,
): Promise<boolean> {
  if (!template) return false;
  const [found = []] = await gallery.search({
    ...{ collectionIds: [collectionId], modelId: template.modelId, probes: [template.vector] },
    ...{ limit: comparedAtMost, minScore: equalScore, distinctPersons: false, includeBarred: true },
  });
  const bytes = vectorBytes(template.vector);
  for (const candidate of found) {
    if (candidate.personId !== personId) continue;
    const reference = await gallery.findReference(collectionId, candidate.referenceId);
    if (reference && Buffer.compare(vectorBytes(reference.template.vector), bytes) === 0) return true;
  }
  return false;
}
