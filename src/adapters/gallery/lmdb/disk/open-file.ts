import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import { pageSize } from './file-head.ts';

export type Records = Database<Buffer, Buffer>;
/** One moment of a file; keeps its pages from being used again, and the file open, until it is `done`. */
export type Snapshot = {
  readonly file: OpenFile;
  readonly transaction: Transaction;
  done(): void;
};

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** An LMDB file that is open, and its tables. */
export class OpenFile {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly #tables = new Map<string, Records>();
  readonly #snapshots = new Set<Snapshot>();
  readonly #drained = Promise.withResolvers<void>();
  #isClosing = false;

  /** Makes the file when it is not there. */
  constructor(path: string) {
    this.root = open<Buffer, Buffer>({
      path,
      // Records of 2 KB take twice their size in pages of 4 KB (only heeded when the file is made).
      pageSize,
      maxDbs: 64,
      ...binary,
      // LMDB's own order: pages are synced, then the meta page is written through. The promise resolves after both.
      overlappingSync: false,
      // A batch of the event turn makes a promise that nobody holds: on a full disk it would end the process.
      eventTurnBatching: false,
    });
  }

  /** Makes the table when it is not there. */
  table(name: string): Records {
    const known = this.#tables.get(name) ?? this.root.openDB<Buffer, Buffer>(name, binary);
    this.#tables.set(name, known);
    return known;
  }

  snapshot(): Snapshot {
    const transaction = this.root.useReadTransaction();
    const snapshot: Snapshot = {
      file: this,
      transaction,
      done: () => {
        if (!this.#snapshots.delete(snapshot)) return;
        transaction.done();
        if (this.#isClosing && this.#snapshots.size === 0) this.#drained.resolve();
      },
    };
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  /** Lets no write follow, and resolves when the last snapshot is done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#snapshots.size > 0) await this.#drained.promise;
    await this.root.close();
  }
}
