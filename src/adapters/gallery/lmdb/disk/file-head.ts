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

/** What LMDB's `MDB_meta` says of one commit. */
type Meta = { readonly commit: bigint; readonly roots: readonly bigint[] };

/**
 * Rejects with `storage-failed` when LMDB would end the process by opening the file: it takes page 0 for its
 * description, the younger of page 0 and 1 without a check for the last commit, and reads roots beyond the file's end.
 * The rest of the pages is not looked at.
 */
export async function checkHead(file: string): Promise<void> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const metas = [await readMeta(handle, 0), await readMeta(handle, 1)];
  const [first, second] = metas;
  if (size >= 2 * pageSize && first && second) {
    const { roots } = second.commit > first.commit ? second : first;
    const pages = BigInt(Math.floor(size / pageSize));
    if (roots.every((root) => root === noPage || root < pages)) return;
  }
  throw new AppError(
    'storage-failed',
    `The head of ${file} is damaged or the file is cut short: restore the store from a backup, or move its folder away to begin with an empty one`,
    { details: { file } },
  );
}

/** The offsets are those of `MDB_page` and `MDB_meta` in LMDB's mdb.c on machines of 64 bits, little end first. */
async function readMeta(handle: FileHandle, page: 0 | 1): Promise<Meta | undefined> {
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
    commit: buffer.readBigUInt64LE(152),
    roots: [buffer.readBigUInt64LE(88), buffer.readBigUInt64LE(136)],
  };
}
