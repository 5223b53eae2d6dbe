import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Job } from '../domain/job.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Log } from '../domain/ports/log.ts';
import type { SubjectExample, SubjectSource } from '../domain/ports/subject-source.ts';
import type { Vision } from '../domain/ports/vision.ts';
import type { JobTools } from './jobs.ts';
import { oneOfMany } from './one-of-many.ts';
import { type Patience, patiently } from './patiently.ts';
import type { People } from './people.ts';

/** How long each is tried again: a list of the other service, and one of its pictures. */
export type ImportPatience = Readonly<Record<'list' | 'picture', Patience>>;

export type ImportParts = {
  readonly gallery: Pick<Gallery, 'findPerson' | 'listFaces'>;
  readonly people: Pick<People, 'add' | 'enrol' | 'get'>;
  readonly vision: Pick<Vision, 'ready'>;
  readonly log: Log;
  readonly patience?: ImportPatience;
};

export type ImportTask = {
  readonly source: SubjectSource;
  readonly collectionId: Uuid;
  readonly job: Job;
  readonly tools: JobTools;
};

type Outcome = 'added' | 'present' | 'failed';
type Counts = Record<Outcome, number>;
/** A picture, or a subject by her place in the other service's list: no name is kept in a job. */
type Failure = {
  readonly imageId?: Uuid;
  readonly subject?: number;
  readonly code: ErrorCode;
  readonly message: string;
};

/** What the id of a picture over there is called in the metadata of its reference here. */
const imageIdName = 'compreface.image_id';
const pageSize = 200;
/** The other service tells pages that shift while it is written to: what was missed is looked for again. */
const mostWalks = 3;
const readAtOnce = 100;
const saveEveryMs = 500;
const toldFailures = 100;
const minuteMs = 60_000;
const usualPatience: ImportPatience = {
  list: { firstMs: 500, maxMs: 30_000, totalMs: 10 * minuteMs },
  picture: { firstMs: 500, maxMs: 5_000, totalMs: 10_000 },
};

/**
 * One import. A picture is recognised by its id over there, which is kept beside its reference in the same write: so it can be
 * cut short anywhere, and be begun again, without losing or doubling one.
 */
export class CompreFaceImport {
  readonly #parts: ImportParts;
  readonly #task: ImportTask;
  readonly #patience: ImportPatience;
  /** The pictures that are here; true for those that this very job has brought, maybe before a restart. */
  readonly #known = new Map<Uuid, boolean>();
  readonly #met = new Set<Uuid>();
  readonly #counts = { examples: none(), subjects: none() };
  readonly #failures: Failure[] = [];
  #total = 0;
  #savedAt = performance.now();

  constructor(parts: ImportParts, task: ImportTask) {
    this.#parts = parts;
    this.#task = task;
    this.#patience = parts.patience ?? usualPatience;
  }

  async run() {
    const { source, tools } = this.#task;
    await this.#readKnown();
    const subjects = await this.#list(() => source.subjects(tools.signal));
    const faceless = new Map(subjects.map((subject, at) => [subject, at + 1]));
    let isWhole = false;
    for (let walk = 1; walk <= mostWalks && !isWhole; walk++) isWhole = await this.#walk(faceless);
    for (const [subject, place] of faceless) {
      await this.#makeSubject(subject, place);
      await this.#goOn();
    }
    await this.#goOn('now');
    return { ...this.#counts, failures: this.#failures };
  }

  async #readKnown(): Promise<void> {
    const { collectionId, job, tools } = this.#task;
    for (let after: number | undefined, hasMore = true; hasMore; ) {
      const page = await this.#parts.gallery.listFaces([collectionId], {
        ...{ order: 'oldest first', limit: readAtOnce, ...(after !== undefined && { after }) },
      });
      for (const { metadata, createdAtMs } of page.faces.flatMap(({ references }) => references)) {
        const imageId = metadata[imageIdName];
        if (imageId !== undefined) this.#known.set(imageId, createdAtMs >= job.createdAtMs);
      }
      after = page.faces.at(-1)?.number;
      hasMore = page.hasMore;
      tools.signal.throwIfAborted();
      await nextTurn();
    }
  }

  /** Takes whatever is new on all pages; tells whether that was all. */
  async #walk(faceless: Map<string, number>): Promise<boolean> {
    const { source, tools } = this.#task;
    const metBefore = this.#met.size;
    for (let number = 0; ; number++) {
      const { examples, total } = await this.#list(() =>
        source.examples({ number, size: pageSize }, tools.signal),
      );
      this.#total = total;
      for (const example of examples) {
        if (this.#met.has(example.imageId)) continue;
        this.#met.add(example.imageId);
        const outcome = await this.#take(example);
        this.#counts.examples[outcome]++;
        if (outcome !== 'failed') faceless.delete(example.subject);
        await this.#goOn();
      }
      if (examples.length > 0 && (number + 1) * pageSize < total) continue;
      return this.#met.size >= total || this.#met.size === metBefore;
    }
  }

  async #take({ imageId, subject }: SubjectExample): Promise<Outcome> {
    const isOwn = this.#known.get(imageId);
    if (isOwn !== undefined) return isOwn ? 'added' : 'present';
    const picture = await this.#bring(imageId);
    if (picture instanceof AppError) return this.#fail({ imageId }, picture);
    return this.#each({ imageId }, async () => {
      await this.#enrol(subject, imageId, picture);
      return 'added';
    });
  }

  async #enrol(key: string, imageId: Uuid, picture: Uint8Array): Promise<void> {
    const { collectionId, tools } = this.#task;
    const ask = { collectionId, key, picture, faces: 'detect', priority: 'background' } as const;
    const metadata = { [imageIdName]: imageId };
    await this.#parts.people.enrol({ ...ask, metadata, reach: 'all' }, tools.signal);
  }

  /** The picture, or why this one cannot be had. Rejects when nothing can be had any more. */
  async #bring(imageId: Uuid): Promise<Uint8Array | AppError> {
    const { source, tools } = this.#task;
    const first = await this.#ask(imageId);
    if (!isUnanswered(first)) return first;
    await this.#list(() => source.examples({ number: 0, size: 1 }, tools.signal));
    // So it was this picture alone, or it has passed.
    return this.#ask(imageId);
  }

  async #ask(imageId: Uuid): Promise<Uint8Array | AppError> {
    const { source, tools } = this.#task;
    try {
      const picture = await patiently(() => source.picture(imageId, tools.signal), {
        ...{ patience: this.#patience.picture, signal: tools.signal, isPassing: isUnanswered },
      });
      return picture ?? noPicture();
    } catch (error) {
      if (isCode(error, 'too-large') || isUnanswered(error)) return error;
      throw error;
    }
  }

  /** Lists are asked for until they come, or until that has taken too long. */
  async #list<R>(ask: () => Promise<R>): Promise<R> {
    const { log } = this.#parts;
    const { job, tools } = this.#task;
    try {
      return await patiently(ask, {
        ...{ patience: this.#patience.list, signal: tools.signal, isPassing: isUnanswered },
        onWait: (error) =>
          log.warn({ job: job.id, error }, 'The other CompreFace does not answer; it is asked again'),
      });
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      const message = `${error.message}. Begin the import again when it answers: what is here already is passed over`;
      throw new AppError('url-failed', message, { cause: error });
    }
  }

  async #makeSubject(subject: string, place: number): Promise<void> {
    const { people } = this.#parts;
    const { collectionId } = this.#task;
    const outcome = await this.#each({ subject: place }, async () => {
      try {
        await people.add(collectionId, subject);
        return 'added';
      } catch (error) {
        if (!isCode(error, 'person-exists')) throw error;
        return (await this.#isOwnSubject(subject)) ? 'added' : 'present';
      }
    });
    this.#counts.subjects[outcome]++;
  }

  async #isOwnSubject(subject: string): Promise<boolean> {
    const { people, gallery } = this.#parts;
    const { collectionId, job } = this.#task;
    const { personId } = await people.get(collectionId, subject);
    const person = await gallery.findPerson(personId);
    return person !== undefined && person.createdAtMs >= job.createdAtMs;
  }

  async #each(what: Pick<Failure, 'imageId' | 'subject'>, run: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = await oneOfMany(run, { vision: this.#parts.vision, signal: this.#task.tools.signal });
    return outcome instanceof AppError ? this.#fail(what, outcome) : outcome;
  }

  #fail(what: Pick<Failure, 'imageId' | 'subject'>, { code, message }: AppError): 'failed' {
    if (this.#failures.length < toldFailures) this.#failures.push({ ...what, code, message });
    return 'failed';
  }

  async #goOn(save?: 'now'): Promise<void> {
    const { job, tools } = this.#task;
    const nowMs = performance.now();
    if (save === 'now' || tools.signal.aborted || nowMs - this.#savedAt > saveEveryMs) {
      // After a restart it comes by what is done already, which is no step back.
      const done = Math.min(Math.max(this.#met.size, job.progress.done), this.#total);
      await tools.save({ done, total: this.#total });
      this.#savedAt = nowMs;
    }
    tools.signal.throwIfAborted();
  }
}

function isUnanswered(error: unknown): error is AppError {
  return isCode(error, 'url-failed');
}

function isCode(error: unknown, code: ErrorCode): error is AppError {
  return error instanceof AppError && error.code === code;
}

function noPicture(): AppError {
  return new AppError(
    'reference-unknown',
    'The other CompreFace has no picture of it: none was saved, or it is gone',
  );
}

function none(): Counts {
  return { added: 0, present: 0, failed: 0 };
}
