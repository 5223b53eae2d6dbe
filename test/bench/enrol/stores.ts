import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '../../../src/adapters/gallery/lmdb/disk/environment.ts';
import { OpenFile } from '../../../src/adapters/gallery/lmdb/disk/open-file.ts';
import { openLmdbStore } from '../../../src/adapters/gallery/lmdb/open-lmdb-store.ts';
import type { NewReference } from '../../../src/domain/gallery.ts';
import type { Gallery } from '../../../src/domain/ports/gallery.ts';
import { face } from '../../fixtures/gallery/faces.ts';
import { randomUnits } from '../../fixtures/vectors.ts';
import { type RecordedWrite, recordWrites } from './recorded-writes.ts';

const dimensions = 128;
/** A crop of 320 × 320 at the default quality is as large. */
const cropBytes = 16 * 1024;

/** Something that takes so many enrolments, the next of its list, one by one or so many at once. */
export type Contestant = AsyncDisposable & { enrol(count: number, atOnce: number): Promise<number> };

type OpenGallery = AsyncDisposable & {
  readonly gallery: Gallery;
  readonly collectionId: string;
  /** Of the gallery's file, since it was opened. */
  commits(): number;
};

/** Faces with ready templates and crops, as the pipeline would hand them over. */
export function readyFaces(count: number, seed: number): NewReference[] {
  const vectors = randomUnits(count, dimensions, seed);
  return Array.from({ length: count }, (_, at) => {
    const vector = vectors.slice(at * dimensions, (at + 1) * dimensions);
    const { landmarks } = face([1]);
    const jpeg = randomFillSync(Buffer.allocUnsafe(cropBytes));
    return { ...face([1]), template: { modelId: 'model-a', vector }, crop: { jpeg, landmarks } };
  });
}

/** A gallery on a disk of its own folder, with an empty collection. */
export async function openGallery(): Promise<OpenGallery> {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  const [store, file] = await withGalleryFile(() => openLmdbStore({ dir }));
  const before = file.lastCommit();
  const { id: collectionId } = await store.gallery.createCollection('bench', 'bench');
  return {
    ...{ gallery: store.gallery, collectionId },
    commits: () => file.lastCommit() - before,
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What `open` gives, and the first file that it opens. */
async function withGalleryFile<R>(open: () => Promise<R>): Promise<[R, Environment]> {
  const { open: openFile } = Environment;
  const files: Environment[] = [];
  Environment.open = async (...args) => {
    const file = await Reflect.apply(openFile, Environment, args);
    files.push(file);
    return file;
  };
  try {
    return [await open(), files[0]!];
  } finally {
    Environment.open = openFile;
  }
}

/** The gallery as the service has it. */
export async function ourStore(
  faces: readonly NewReference[],
): Promise<Contestant & Pick<OpenGallery, 'commits'>> {
  const opened = await openGallery();
  const { gallery, collectionId } = opened;
  const enrolNext = takingTurns(faces, (one, at) => gallery.enrol(collectionId, `person ${at}`, one));
  return {
    enrol: enrolNext,
    commits: () => opened.commits(),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** Bare lmdb, which is given what our store wrote for each face, under the same settings. */
export async function bareStore(enrolments: readonly (readonly RecordedWrite[])[]): Promise<Contestant> {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-bench-'));
  const file = new OpenFile(join(dir, 'bare.mdb'));
  const write = (records: readonly RecordedWrite[]) =>
    file.root.childTransaction(() => {
      for (const { table, key, value } of records) {
        if (value) file.table(table).putSync(key, value);
        else file.table(table).removeSync(key);
      }
    });
  return {
    enrol: takingTurns(enrolments, write),
    async [Symbol.asyncDispose]() {
      await file.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What our store writes for each of the faces. */
export async function recordEnrolments(faces: readonly NewReference[]): Promise<RecordedWrite[][]> {
  const enrolments: RecordedWrite[][] = [];
  await recordWrites(async (written) => {
    await using opened = await openGallery();
    const { gallery, collectionId } = opened;
    for (const [at, one] of faces.entries()) {
      const from = written.length;
      await gallery.enrol(collectionId, `person ${at}`, one);
      enrolments.push(written.slice(from));
    }
  });
  return enrolments;
}

/** Answers the milliseconds that the next so many took. */
function takingTurns<T>(
  all: readonly T[],
  write: (one: T, at: number) => Promise<unknown>,
): Contestant['enrol'] {
  let next = 0;
  return async (count, atOnce) => {
    const start = performance.now();
    for (let done = 0; done < count; done += atOnce) {
      const some = all.slice(next, next + Math.min(atOnce, count - done));
      if (some.length === 0) throw new RangeError('There are no more faces');
      const first = next;
      next += some.length;
      await Promise.all(some.map((one, at) => write(one, first + at)));
    }
    return performance.now() - start;
  };
}
