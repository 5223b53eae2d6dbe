import { AppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Job } from '../domain/job.ts';
import type { BatchFile } from '../domain/ports/picture-batch.ts';
import { type EnrolBatchParts, enrolBatch } from './enrol-batch.ts';
import type { JobService } from './jobs.ts';
import { portablePlace } from './portable-place.ts';

export type BatchWish = { readonly collectionId: Uuid; readonly file: string; readonly isLocal: boolean };

/** Enrols the pictures of many people that lie in one file, as jobs. */
export interface BatchEnrolments {
  /** Into a collection. `bad-input` when the file has no such name or is none of pictures, `too-large`. */
  begin(wish: BatchWish): Promise<Job>;
}

export type BatchEnrolmentsParts = EnrolBatchParts & {
  readonly jobs: JobService;
  /** Where files are that are named. */
  readonly dir: string;
  readonly open: (file: string) => Promise<BatchFile>;
};

type Ask = { readonly collectionId: Uuid; readonly file: string; readonly version: string };

export const enrolJobs = 'enrol';

/** Registers the kind of job. */
export function createBatchEnrolments(parts: BatchEnrolmentsParts): BatchEnrolments {
  const { jobs, dir, open } = parts;
  jobs.register(enrolJobs, async (job, tools) => {
    const { collectionId, file, version } = job.ask as Ask;
    await using batch = await open(file);
    if (batch.version !== version)
      throw new AppError('bad-input', 'The file was changed after it was given: begin anew with it');
    // Awaited here, for the file is closed on the way out.
    return await enrolBatch(parts, { batch, collectionId }, { job, tools });
  });
  return {
    async begin({ collectionId, file: named, isLocal }) {
      const file = portablePlace(dir, named, isLocal);
      await using batch = await open(file);
      return await jobs.submit(enrolJobs, { collectionId, file, version: batch.version });
    },
  };
}
