import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import { pageSize } from './file-head.ts';

export type Root = RootDatabase<Buffer, Buffer>;
export type Records = Database<Buffer, Buffer>;
/** One moment of a file; keeps its pages from being used again, and the file open, until it is `done`. */
export type Snapshot = {
  readonly file: OpenFile;
  readonly transaction: Transaction;
  done(): void;
};

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** Makes the file when it is not there. One file may be open in several threads. */
export function openRoot(path: string, options: { readonly readOnly?: boolean } = {}): Root {
  return open<Buffer, Buffer>({
    path,
    // Records of 2 KB take twice their size in pages of 4 KB (only heeded when the file is made).
    pageSize,
    maxDbs: 64,
    ...binary,
    // LMDB's own order: pages are synced, then the meta page is written through. The promise resolves after both.
    overlappingSync: false,
    // A batch of the event turn makes a promise that nobody holds: on a full disk it would end the process.
    eventTurnBatching: false,
    ...options,
  });
}

/** Makes the table when it is not there. */
export function openRecords(root: Root, table: string): Records {
  return root.openDB<Buffer, Buffer>(table, binary);
}

/** The tables that are there, in the order of their names. */
export function tableNames(root: Root): string[] {
  // LMDB ends a name with a NUL.
  return Array.from(root.getKeys(), (name) => name.toString('utf8', 0, name.length - 1));
}

type Stats = {
  readonly entryCount: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
};

export function countRecords(records: Records): number {
  return (records.getStats() as Stats).entryCount;
}

/** An LMDB file that is open, and its tables. */
export class OpenFile {
  readonly path: string;
  readonly root: Root;
  readonly #tables = new Map<string, Records>();
  readonly #snapshots = new Set<Snapshot>();
  readonly #drained = Promise.withResolvers<void>();
  #isClosing = false;

  /** Makes the file when it is not there. */
  constructor(path: string) {
    this.path = path;
    this.root = openRoot(path);
  }

  /** Makes the table when it is not there. */
  table(name: string): Records {
    const known = this.#tables.get(name);
    if (known) return known;
    const opened = openRecords(this.root, name);
    this.#tables.set(name, opened);
    return opened;
  }

  tableNames(): string[] {
    return tableNames(this.root);
  }

  count(table: string): number {
    return countRecords(this.table(table));
  }

  /** Grows with every commit; what is read from here on is at least as new. */
  lastCommit(): number {
    this.root.resetReadTxn();
    return (this.root.getStats() as { lastTxnId: number }).lastTxnId;
  }

  /** What the records and the trees over them take; free pages are left out. */
  bytesInUse(): number {
    const pages = this.tableNames().map((name) => {
      const stats = this.table(name).getStats() as Stats;
      return stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
    });
    return pages.reduce((sum, count) => sum + count, 0) * pageSize;
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

  /** Resolves when the last snapshot is done and the file is closed. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#snapshots.size > 0) await this.#drained.promise;
    await this.root.close();
  }
}
