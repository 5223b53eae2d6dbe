import { basename } from 'node:path';
import type { BackupSecret } from '../domain/backup.ts';
import { AppError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { Backups as StoreBackups } from '../domain/ports/backup.ts';
import type { ErasureRecord } from './erasure-record.ts';
import type { JobService, JobTools } from './jobs.ts';
import { SavedProgress } from './saved-progress.ts';

/** Makes backups as jobs. */
export interface Backups {
  /** One that waits already is answered. `bad-input` where no secret is set. */
  begin(): Promise<Job>;
}

export type BackupsParts = {
  readonly backups: StoreBackups;
  readonly jobs: JobService;
  readonly erasures: Pick<ErasureRecord, 'complete'>;
  readonly dir: string;
  /** Read when it is needed; `undefined` where none is set. */
  readonly secret: () => Promise<BackupSecret | undefined>;
};

export const backupJobs = 'backup';

export function createBackups(parts: BackupsParts): Backups {
  const { jobs, secret } = parts;
  jobs.register(backupJobs, (_job, tools) => makeBackup(parts, tools));
  return {
    async begin() {
      if (!(await secret())) throw noSecret();
      const [waiting] = await jobs.list({ kind: backupJobs, states: ['waiting'], limit: 1 });
      return waiting ?? jobs.submit(backupJobs, null);
    },
  };
}

/** One that was cut short begins anew: it is to hold one moment. */
async function makeBackup({ backups, erasures, dir, secret }: BackupsParts, { signal, save }: JobTools) {
  const given = await secret();
  if (!given) throw noSecret();
  const progress = new SavedProgress(save);
  try {
    const { file, ...made } = await backups.make({
      ...{ dir, secret: given, signal },
      onProgress: (done) => progress.note(done),
    });
    await erasures.complete();
    return { file: basename(file), ...made };
  } finally {
    await progress.settled();
  }
}

function noSecret(): AppError {
  return new AppError(
    'bad-input',
    'Backups are encrypted: expected backup.keyFile or backup.passphraseFile to be set',
  );
}
