import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Transaction } from 'lmdb';
import { releaseMapped } from '../../../../../native/packs/binding.ts';
import { AppError } from '../../../../domain/errors.ts';
import { openRecords, openRoot, type Records, type Root, tableNames } from '../disk/open-file.ts';
import { ArchiveWriter } from './archive-writer.ts';
import type { BackupStart } from './backup-wire.ts';

/** How many bytes of records are written between two looks at who wants to stop, and at the disk. */
const batchBytes = 8 * 1024 * 1024;
/** Room that is left to those who write meanwhile. */
const leftFreeBytes = 16 * 1024 * 1024;

type Source = {
  readonly name: string;
  readonly root: Root;
  readonly tables: readonly { readonly name: string; readonly records: Records }[];
};

export type Written = { readonly bytes: number; readonly records: number };

/** Writes the records of the store's files, as they lie there at one moment, to an archive. For a thread of its own. */
export class WrittenFiles {
  readonly #start: BackupStart;
  readonly #sources: readonly Source[];
  #moments: readonly Transaction[] = [];

  constructor(start: BackupStart) {
    this.#start = start;
    this.#sources = start.files.map(({ name, path }) => {
      const root = openRoot(path, { readOnly: true });
      // All before the moment is taken: opening one would end it.
      const tables = tableNames(root).map((table) => ({ name: table, records: openRecords(root, table) }));
      return { name, root, tables };
    });
  }

  take(): void {
    this.#moments = this.#sources.map(({ root }) => {
      root.resetReadTxn();
      return root.useReadTransaction();
    });
  }

  /** `onBatch` is told how many bytes of records are written so far. */
  write(onBatch: (bytes: number) => void): Written {
    const archive = new ArchiveWriter(this.#start.archive);
    try {
      let [bytes, records, batch] = [0, 0, 0];
      for (const { file, table, entries } of this.#entries()) {
        archive.put({ kind: 'table', file, table });
        for (const { key, value } of entries) {
          archive.put({ kind: 'record', key, value });
          records++;
          batch += key.length + value.length;
          if (batch < batchBytes) continue;
          bytes += batch;
          batch = 0;
          this.#checkGoingOn();
          for (const { path } of this.#start.files) releaseMapped(path);
          onBatch(bytes);
        }
      }
      archive.put({ kind: 'end', records });
      return { bytes: archive.finish(), records };
    } finally {
      archive.close();
    }
  }

  async close(): Promise<void> {
    for (const moment of this.#moments) moment.done();
    for (const { root } of this.#sources) await root.close();
  }

  *#entries() {
    for (const [at, { name: file, tables }] of this.#sources.entries()) {
      const transaction = this.#moments[at]!;
      for (const { name: table, records } of tables)
        yield { file, table, entries: records.getRange({ transaction }) };
    }
  }

  #checkGoingOn(): void {
    const { stop, archive } = this.#start;
    if (Atomics.load(stop, 0) !== 0) throw new AppError('cancelled', 'The backup was stopped');
    const { bavail, bsize } = statfsSync(dirname(archive.file));
    if (bavail * bsize < leftFreeBytes)
      throw new AppError('storage-full', 'The disk became full while the backup was written');
  }
}
