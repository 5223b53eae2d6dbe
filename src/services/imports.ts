import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import { type PortableList, portableLists } from '../domain/portable.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { PortableFolder, PortableLine } from '../domain/ports/portable-folder.ts';
import type { AuditService } from './audit.ts';
import { importCollection, importFace, importPerson } from './import-lines.ts';
import type { JobService, JobTools } from './jobs.ts';
import { portablePlace } from './portable-place.ts';

/** Takes galleries in their portable form into this one, as jobs. */
export interface Imports {
  /** Of this folder. `bad-input` when it has no such name or holds no whole export. */
  begin(wish: { readonly folder: string; readonly isLocal: boolean }): Promise<Job>;
}

export type ImportsParts = {
  readonly gallery: Gallery;
  readonly jobs: JobService;
  readonly audit: Pick<AuditService, 'note'>;
  /** Where folders are that are named. */
  readonly dir: string;
  readonly open: (folder: string) => PortableFolder;
};

type Counts = { readonly added: number; readonly present: number; readonly refused: number };
/** The line that comes next, and what came of those before. */
type Point = {
  readonly list: PortableList;
  readonly at: number;
  readonly line: number;
  readonly counts: { readonly [List in PortableList]: Counts };
  /** The first of those that were refused. */
  readonly refusals: readonly {
    readonly list: PortableList;
    readonly line: number;
    readonly code: ErrorCode;
  }[];
};

export const importJobs = 'import';
const saveEveryMs = 500;
const toldRefusals = 100;
/** Errors that are no fault of the line: the job ends, and may be begun again. */
const notOfALine: ReadonlySet<ErrorCode> = new Set([
  'storage-full',
  'storage-failed',
  'cancelled',
  'internal',
]);
const none: Counts = { added: 0, present: 0, refused: 0 };

export function createImports(parts: ImportsParts): Imports {
  const { jobs, audit, dir, open } = parts;
  jobs.register(importJobs, (job, tools) => new Import(parts, job, tools).run());
  return {
    async begin({ folder, isLocal }) {
      const place = portablePlace(dir, folder, isLocal);
      const { counts } = await open(place).readManifest();
      const job = await jobs.submit(importJobs, { folder: place });
      await audit.note({ action: 'gallery-imported', outcome: 'done', details: counts });
      return job;
    },
  };
}

class Import {
  readonly #gallery: Gallery;
  readonly #tools: JobTools;
  readonly #folder: PortableFolder;
  readonly #createdAtMs: number;
  #point: Point;
  #savedAt = performance.now();
  #sizes: Readonly<Record<PortableList, number>> = { collections: 0, persons: 0, faces: 0 };

  constructor({ gallery, open }: ImportsParts, job: Job, tools: JobTools) {
    this.#gallery = gallery;
    this.#tools = tools;
    this.#folder = open((job.ask as { folder: string }).folder);
    this.#createdAtMs = job.createdAtMs;
    this.#point = (job.resumePoint as Point | undefined) ?? {
      ...{ list: 'collections', at: 0, line: 1 },
      counts: { collections: none, persons: none, faces: none },
      refusals: [],
    };
  }

  async run() {
    const [collections, persons, faces] = await Promise.all(
      portableLists.map((list) => this.#folder.size(list)),
    );
    this.#sizes = { collections: collections!, persons: persons!, faces: faces! };
    for (const [at, list] of portableLists.entries()) {
      if (list !== this.#point.list) continue;
      await this.#importList(list);
      const next = portableLists[at + 1];
      if (next) this.#point = { ...this.#point, list: next, at: 0, line: 1 };
    }
    const { counts, refusals } = this.#point;
    return { ...counts, refusals };
  }

  async #importList(list: PortableList): Promise<void> {
    for await (const line of this.#folder.lines(list, this.#point.at)) {
      const { counts, refusals, line: number } = this.#point;
      const outcome = await this.#importLine(list, line);
      const what = typeof outcome === 'string' ? outcome : 'refused';
      const refused = typeof outcome === 'string' ? [] : [{ list, line: number, ...outcome }];
      await this.#goOn({
        ...{ list, at: line.end, line: number + 1 },
        counts: { ...counts, [list]: { ...counts[list], [what]: counts[list][what] + 1 } },
        refusals: [...refusals, ...refused].slice(0, toldRefusals),
      });
    }
  }

  /** Whatever was done of it before is found, and left. */
  async #importLine(
    list: PortableList,
    { value }: PortableLine,
  ): Promise<'added' | 'present' | { readonly code: ErrorCode }> {
    const gallery = this.#gallery;
    try {
      if (list === 'collections') return await importCollection(gallery, value);
      if (list === 'persons') return await importPerson(gallery, value, this.#createdAtMs);
      return await importFace(gallery, value, (path) => this.#folder.readPicture(path));
    } catch (error) {
      if (!(error instanceof AppError) || notOfALine.has(error.code)) throw error;
      return { code: error.code };
    }
  }

  async #goOn(point: Point): Promise<void> {
    this.#point = point;
    const { signal, save } = this.#tools;
    const nowMs = performance.now();
    if (signal.aborted || nowMs - this.#savedAt > saveEveryMs) {
      const { collections, persons, faces } = this.#sizes;
      const before = { collections: 0, persons: collections, faces: collections + persons };
      await save({ done: before[point.list] + point.at, total: collections + persons + faces }, point);
      this.#savedAt = nowMs;
    }
    signal.throwIfAborted();
  }
}
