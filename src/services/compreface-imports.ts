import { AppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Job } from '../domain/job.ts';
import type { SubjectSource } from '../domain/ports/subject-source.ts';
import type { AuditService } from './audit.ts';
import { CompreFaceImport, type ImportParts } from './compreface-import.ts';
import type { JobService } from './jobs.ts';
import type { Signing } from './signing.ts';

/** Which recognition service of which CompreFace; who is on the box may name any address. */
export type SourceWish = { readonly url: string; readonly key: string; readonly isLocal: boolean };

/** Moves the subjects of a running CompreFace here, as jobs. */
export interface CompreFaceImports {
  /** Into this collection. Rejects as `SubjectSource` does when the service cannot be asked. */
  begin(wish: SourceWish & { readonly collectionId: Uuid }, signal: AbortSignal): Promise<Job>;
}

export type CompreFaceImportsParts = ImportParts & {
  readonly jobs: JobService;
  readonly audit: Pick<AuditService, 'note'>;
  readonly signing: Pick<Signing, 'seal' | 'unseal'>;
  readonly connect: (wish: SourceWish) => SubjectSource;
};

type Ask = Pick<SourceWish, 'url' | 'isLocal'> & { readonly collectionId: Uuid };

export const compreFaceImportJobs = 'import-compreface';

export function createCompreFaceImports(parts: CompreFaceImportsParts): CompreFaceImports {
  const { jobs, audit, signing, connect } = parts;
  jobs.register(compreFaceImportJobs, async (job, tools) => {
    const { collectionId, ...where } = job.ask as Ask;
    const key = signing.unseal('import-key', String(job.resumePoint))?.toString();
    if (key === undefined) {
      throw new AppError('bad-input', 'The key cannot be read here any more: begin the import again with it');
    }
    return new CompreFaceImport(parts, {
      source: connect({ ...where, key }),
      collectionId,
      job,
      tools,
    }).run();
  });
  return {
    async begin({ key, collectionId, ...where }, signal) {
      const { total } = await connect({ ...where, key }).examples({ number: 0, size: 1 }, signal);
      // The key stands nowhere but in the resume point: sealed, and forgotten when the job ends.
      const sealed = signing.seal('import-key', Buffer.from(key));
      const job = await jobs.submit(compreFaceImportJobs, { ...where, collectionId }, sealed);
      const details = { from: 'compreface', references: total };
      await audit.note({ action: 'gallery-imported', outcome: 'done', collectionId, details });
      return job;
    },
  };
}
