import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { AppError } from '../../../domain/errors.ts';
import { type FileBatch, type FilePicture, fileBatch, forwardSlashes, listedPicture } from './file-batch.ts';
import { type BatchLimits, mostListBytes } from './limits.ts';
import { type ListedPicture, readList } from './read-list.ts';
import { readEntries, type ZipEntry } from './zip-entries.ts';
import { ZipLayout } from './zip-layout.ts';

const stored = 0;
const deflated = 8;
/** Some milliseconds of looking up. */
const linesAtOnce = 500;

/** The pictures of an archive: those that its list names, or all, each in the folder of its person or named like her. */
export async function openZipBatch(file: string, limits: BatchLimits): Promise<FileBatch> {
  const zip = await opening(() => yauzl.openPromise(file, { autoClose: false, decodeStrings: false }));
  // An error while it is closed is of no account.
  zip.on('error', () => undefined);
  try {
    const layout = new ZipLayout();
    await opening(async () => {
      for await (const entry of readEntries(zip)) layout.add(entry);
    });
    const archive = { zip, layout, limits };
    return layout.list ? await listedBatch(archive, layout.list) : foundBatch(archive);
  } catch (error) {
    zip.close();
    throw error;
  }
}

type Archive = { readonly zip: yauzl.ZipFile; readonly layout: ZipLayout; readonly limits: BatchLimits };

async function listedBatch({ zip, layout, limits }: Archive, list: ZipEntry): Promise<FileBatch> {
  checkReadable(list, mostListBytes);
  const lines = await readList(readChunks(zip, list));
  const find = (path: string) =>
    layout.find(
      path
        .normalize('NFC')
        .split('/')
        .filter((part) => part !== '' && part !== '.'),
    );
  return fileBatch({
    entries: lines,
    toPicture: (line) =>
      listedPicture(line, async (path, signal) => {
        const entry = find(path);
        if (!entry) throw new AppError('picture-unreadable', 'The archive has no such file');
        return readEntry(zip, entry, { limits, signal });
      }),
    ignored: layout.size - 1 - (await countNamed(lines, find)),
    close: () => zip.close(),
  });
}

async function countNamed(
  lines: readonly ListedPicture[],
  find: (path: string) => ZipEntry | undefined,
): Promise<number> {
  const named = new Set<ZipEntry | undefined>();
  for (const [at, { file }] of lines.entries()) {
    named.add(find(forwardSlashes(file)));
    if (at % linesAtOnce === 0) await nextTurn();
  }
  named.delete(undefined);
  return named.size;
}

function foundBatch({ zip, layout, limits }: Archive): FileBatch {
  const { pictures } = layout;
  return fileBatch({
    entries: pictures,
    toPicture: (entry) =>
      foundPicture({ number: entry.number, path: layout.pathOf(entry) }, (signal) =>
        readEntry(zip, entry, { limits, signal }),
      ),
    ignored: layout.size - pictures.length,
    close: () => zip.close(),
  });
}

function foundPicture(
  { number, path }: Pick<ZipEntry, 'number' | 'path'>,
  read: FilePicture['read'],
): FilePicture {
  const [first = '', ...deeper] = path;
  return {
    place: { entry: number },
    path: path.join('/'),
    key: deeper.length === 0 ? first.slice(0, first.lastIndexOf('.')) : first,
    async read(signal) {
      if (path.length === 0) throw new AppError('bad-input', 'The path leads out of the archive');
      if (deeper.length < 2) return read(signal);
      throw new AppError('bad-input', 'The picture lies deeper than in the folder of a person');
    },
  };
}

type Reading = { readonly limits: BatchLimits; readonly signal: AbortSignal };

async function readEntry(
  zip: yauzl.ZipFile,
  entry: ZipEntry,
  { limits, signal }: Reading,
): Promise<Uint8Array> {
  checkReadable(entry, limits.maxPictureBytes);
  const chunks: Uint8Array[] = [];
  let sum = 0;
  for await (const chunk of readChunks(zip, entry)) {
    signal.throwIfAborted();
    sum = crc32(chunk, sum);
    chunks.push(chunk);
  }
  if (sum !== entry.entry.crc32) throw damaged();
  return Buffer.concat(chunks);
}

function checkReadable({ entry }: ZipEntry, maxBytes: number): void {
  if (entry.isEncrypted()) throw new AppError('unsupported-media', 'It is encrypted in the archive');
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated)
    throw new AppError('unsupported-media', 'It is packed by another method than Deflate');
  if (entry.uncompressedSize > maxBytes)
    throw new AppError('too-large', `It is larger than ${maxBytes} bytes`);
}

/** Never more than the directory says. */
async function* readChunks(zip: yauzl.ZipFile, { entry }: ZipEntry): AsyncGenerator<Uint8Array> {
  try {
    yield* await zip.openReadStreamPromise(entry);
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): AppError {
  return new AppError('picture-unreadable', 'It is damaged in the archive', { cause });
}

async function opening<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('bad-input', `The file is no ZIP archive that can be read: ${reason}`, { cause });
  }
}
