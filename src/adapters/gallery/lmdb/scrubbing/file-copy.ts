import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../../../domain/errors.ts';
import type { ChangedKeys } from '../disk/changes.ts';
import {
  countRecords,
  openRecords,
  openRoot,
  type Records,
  type Root,
  tableNames,
} from '../disk/open-file.ts';
import { bringRecords, type TablePair } from './bring-records.ts';
import type { CopyStart } from './copy-wire.ts';

/** What one transaction writes. */
const batchBytes = 8 * 1024 * 1024;
/** Room that is left to those who write meanwhile. */
const leftFreeBytes = 16 * 1024 * 1024;

type Entry = { readonly key: Buffer; readonly value: Buffer };

/**
 * A new file with the records of another one, byte for byte as they lie there, and nothing else: LMDB's own compacting
 * copy keeps the keys that divide its branches, also when their records are long gone. Works synchronously, for a thread
 * of its own.
 */
export class FileCopy {
  readonly #start: CopyStart;
  readonly #from: Root;
  readonly #to: Root;
  readonly #tables: readonly (TablePair & { readonly name: string })[];

  constructor(start: CopyStart) {
    this.#start = start;
    this.#from = openRoot(start.from, { readOnly: true });
    this.#to = openRoot(start.to);
    // All before the first is read: opening one ends the snapshot.
    this.#tables = tableNames(this.#from).map((name) => ({
      name,
      from: openRecords(this.#from, name),
      to: openRecords(this.#to, name),
    }));
  }

  /** Copies all that is there now. `onBatch` is told how many bytes have come so far. */
  copyAll(onBatch: (bytes: number) => void): void {
    this.#from.resetReadTxn();
    const transaction = this.#from.useReadTransaction();
    let bytes = 0;
    for (const { name, from, to } of this.#tables) {
      const wanted = countRecords(from);
      const entries = from.getRange({ transaction })[Symbol.iterator]();
      for (let isOver = false; !isOver; ) {
        const batch = this.#copyBatch(entries, to);
        bytes += batch.bytes;
        isOver = batch.isLast;
        onBatch(bytes);
      }
      // Keys that come out of order, as a damaged tree gives them, are not taken.
      if (this.#countCopied(to) !== wanted) throw damaged(name);
    }
    transaction.done();
  }

  /** Makes these records of the copy what they are by now; tells how many it took out of the copy. */
  bring(changes: readonly ChangedKeys[]): number {
    this.#checkGoingOn();
    this.#from.resetReadTxn();
    return this.#to.transactionSync(() =>
      bringRecords(changes, (table) => this.#tables.find(({ name }) => name === table)!),
    );
  }

  async close(): Promise<void> {
    await this.#to.close();
    await this.#from.close();
  }

  #copyBatch(entries: Iterator<Entry>, to: Records): { bytes: number; isLast: boolean } {
    this.#checkGoingOn();
    return this.#to.transactionSync(() => {
      for (let bytes = 0; ; ) {
        const { done, value: entry } = entries.next();
        if (done) return { bytes, isLast: true };
        to.putSync(entry.key, entry.value, { append: true });
        bytes += entry.key.length + entry.value.length;
        if (bytes >= batchBytes) return { bytes, isLast: false };
      }
    });
  }

  #countCopied(to: Records): number {
    this.#to.resetReadTxn();
    return countRecords(to);
  }

  #checkGoingOn(): void {
    if (Atomics.load(this.#start.stop, 0) !== 0) throw new AppError('cancelled', 'The copying was stopped');
    const { bavail, bsize } = statfsSync(dirname(this.#start.to));
    if (bavail * bsize < leftFreeBytes)
      throw new AppError('storage-full', 'The disk became full while the store was copied');
  }
}

function damaged(table: string): AppError {
  return new AppError('record-corrupt', `The table ${table} cannot be copied whole: its tree is damaged`);
}
