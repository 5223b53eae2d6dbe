import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../../../domain/errors.ts';

/** Of every page of our files. */
export const pageSize = 16_384;
const headBytes = 160;
const metaFlag = 0x08;
const magic = 0xbeefc0de;
const version = 2;
/** LMDB's root of an empty tree. */
const noPage = 2n ** 64n - 1n;
/** Pages that were taken and given back in one commit are counted, but never written: the file may end before them. */
const mostUnwritten = 65_536n;

/** What LMDB's `MDB_meta` says of the last commit. */
export type Head = {
  readonly commit: bigint;
  /** No page of the commit has a higher number. */
  readonly lastPage: bigint;
  /** So many pages the file has. */
  readonly pages: number;
  /** Of the free pages' and the tables' tree, as `MDB_db`; 48 bytes each. */
  readonly trees: { readonly free: Buffer; readonly tables: Buffer };
};

/**
 * Rejects with `storage-failed` when LMDB would end the process by opening the file: it takes page 0 for its
 * description, the younger of page 0 and 1 without a check for the last commit, and reads roots beyond the file's end.
 * The rest of the pages is not looked at.
 */
export async function checkHead(file: string): Promise<void> {
  await using handle = await open(file, 'r');
  const head = await readHead(handle);
  if (head) {
    const pages = BigInt(head.pages);
    const roots = [head.trees.free, head.trees.tables].map((tree) => tree.readBigUInt64LE(40));
    if (head.lastPage < pages + mostUnwritten && roots.every((root) => root === noPage || root < pages))
      return;
  }
  throw new AppError(
    'storage-failed',
    `The head of ${file} is damaged or the file is cut short: restore the store from a backup, or move its folder away to begin with an empty one`,
    { details: { file } },
  );
}

/** `undefined` when it is damaged, or the file too short for one. */
export async function readHead(file: FileHandle): Promise<Head | undefined> {
  const { size } = await file.stat();
  const [first, second] = [await readMeta(file, 0), await readMeta(file, 1)];
  if (size < 2 * pageSize || !first || !second) return undefined;
  const meta = second.commit > first.commit ? second : first;
  return { ...meta, pages: Math.floor(size / pageSize) };
}

/** The offsets are those of `MDB_page` and `MDB_meta` in LMDB's mdb.c on machines of 64 bits, little end first. */
async function readMeta(handle: FileHandle, page: 0 | 1): Promise<Omit<Head, 'pages'> | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, page * pageSize);
  const isSound =
    bytesRead === headBytes &&
    (buffer.readUInt16LE(18) & metaFlag) !== 0 &&
    buffer.readUInt32LE(24) === magic &&
    // The upper half is LMDB's own.
    (buffer.readUInt32LE(28) & 0xffff) === version &&
    buffer.readUInt32LE(48) === pageSize;
  if (!isSound) return undefined;
  return {
    trees: { free: buffer.subarray(48, 96), tables: buffer.subarray(96, 144) },
    lastPage: buffer.readBigUInt64LE(144),
    commit: buffer.readBigUInt64LE(152),
  };
}
