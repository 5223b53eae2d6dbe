import { readFile } from 'node:fs/promises';

/** A write or a change of length, and what was there before it. */
export type Change = {
  /** Counts the changes of all files, from 1. */
  readonly step: number;
  readonly inode: number;
  readonly offset: number;
  readonly length: number;
  /** Bytes of the file before the change. */
  readonly sizeBefore: number;
  /** What the changed bytes were, as far as the file reached. */
  readonly before: Buffer;
};

/** What the file's bytes from `offset` to `end` were after change `lastStep` is durable. */
export type Sync = {
  readonly inode: number;
  readonly offset: number;
  readonly end: number;
  readonly lastStep: number;
};

/** A name that was given to another file. */
export type Rename = {
  readonly from: string;
  readonly to: string;
  /** Where the file is kept that had the name before, if there was one. */
  readonly replaced?: string;
};

export type ChangeLog = {
  readonly changes: readonly Change[];
  readonly syncs: readonly Sync[];
  /** Those that a cut may undo, the latest last. */
  readonly renames: readonly Rename[];
};

const headerBytes = 56;
/** As in shim.c. */
const kinds = { change: 1, sync: 2, newFile: 3, rename: 4, syncNames: 5 };

/** Reads what shim.c has noted, up to a record that the end of the process cut short: its write was not made. */
export async function readChangeLog(file: string): Promise<ChangeLog> {
  const bytes = await readFile(file);
  let changes: Change[] = [];
  let syncs: Sync[] = [];
  let renames: Rename[] = [];
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const [kind, inode, offset, length, sizeBefore, kept, step] = Array.from({ length: 7 }, (_, index) =>
      Number(bytes.readBigUInt64LE(at + 8 * index)),
    ) as [number, number, number, number, number, number, number];
    const start = at + headerBytes;
    at = start + kept;
    if (at > bytes.length) break;
    if (kind === kinds.change) {
      changes.push({ step, inode, offset, length, sizeBefore, before: bytes.subarray(start, at) });
    } else if (kind === kinds.sync) {
      syncs.push({ inode, offset, end: offset + length, lastStep: step });
    } else if (kind === kinds.newFile) {
      // An inode that a file had which is gone.
      changes = changes.filter((change) => change.inode !== inode);
      syncs = syncs.filter((sync) => sync.inode !== inode);
    } else if (kind === kinds.rename) {
      const [from, to, replaced] = bytes.toString('utf8', start, at).split('\0') as [string, string, string];
      renames.push({ from, to, ...(replaced !== '' && { replaced }) });
    } else {
      renames = [];
    }
  }
  return { changes, syncs, renames };
}
