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

export type ChangeLog = { readonly changes: readonly Change[]; readonly syncs: readonly Sync[] };

const headerBytes = 56;
const kindChange = 1;

/** Reads what shim.c has noted, up to a record that the end of the process cut short: its write was not made. */
export async function readChangeLog(file: string): Promise<ChangeLog> {
  const bytes = await readFile(file);
  const changes: Change[] = [];
  const syncs: Sync[] = [];
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const [kind, inode, offset, length, sizeBefore, kept, step] = Array.from({ length: 7 }, (_, index) =>
      Number(bytes.readBigUInt64LE(at + 8 * index)),
    ) as [number, number, number, number, number, number, number];
    const start = at + headerBytes;
    at = start + kept;
    if (at > bytes.length) break;
    if (kind === kindChange) {
      changes.push({ step, inode, offset, length, sizeBefore, before: bytes.subarray(start, at) });
    } else {
      syncs.push({ inode, offset, end: offset + length, lastStep: step });
    }
  }
  return { changes, syncs };
}
