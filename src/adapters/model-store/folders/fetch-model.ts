import { constants } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelEntry } from '../../../domain/catalogue.ts';
import { AppError } from '../../../domain/errors.ts';
import { cancelled, type Download, startDownload } from './https-download.ts';
import { sha256OfFile } from './sha256-of-file.ts';

export type FetchProgress = { readonly receivedBytes: number; readonly totalBytes: number };

export type FetchOptions = {
  /** Where the file is installed. */
  readonly folder: string;
  /** A folder, or an https address, that holds the files by their names; their public homes when absent. */
  readonly mirror?: string;
  /** Certificates (PEM) that are trusted instead of the system's, for a mirror of one's own. */
  readonly ca?: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
};

/**
 * Installs one file of the catalogue: whole and with the right SHA-256, or not at all. What a broken download left lies
 * beside it as `<file>.part` and is continued by the next call.
 *
 * Rejects with `model-missing` (not to be had there, or other bytes than the catalogue names), `too-large` (more bytes
 * than the catalogue names), `bad-input` (a mirror that is neither a folder nor https, a network that is converted and
 * has no public home), `storage-full`, `storage-failed`, `cancelled`.
 */
export async function fetchModel(
  entry: ModelEntry,
  options: FetchOptions,
): Promise<'installed' | 'already-there'> {
  const file = path.join(options.folder, entry.file);
  const origin = originOf(entry, options.mirror);
  const part = `${file}.part`;
  try {
    await mkdir(options.folder, { recursive: true });
    if ((await sizeOf(file)) > 0 && (await sha256OfFile(file)) === entry.sha256) return 'already-there';
    if (typeof origin === 'string') await copyFile(origin, part, constants.COPYFILE_FICLONE);
    else await download({ entry, part, url: origin }, options);
    await verify(part, entry);
    await rename(part, file);
    return 'installed';
  } catch (cause) {
    throw toFetchError(cause, { entry, origin: origin.toString() });
  }
}

/** The path of a file, or an address. */
function originOf(entry: ModelEntry, mirror: string | undefined): string | URL {
  if (mirror === undefined) {
    if (entry.source.kind === 'fetched') return new URL(entry.source.url);
    throw new AppError(
      'bad-input',
      `${entry.id} is made by the set-up, not fetched. Run: node models/convert.ts`,
    );
  }
  if (!/^[a-z]+:\/\//i.test(mirror)) return path.join(mirror, entry.file);
  const base = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (base?.protocol !== 'https:') {
    throw new AppError('bad-input', 'A mirror of models is a folder or an address that begins with https://');
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new URL(entry.file, base);
}

type Target = { readonly entry: ModelEntry; readonly part: string; readonly url: URL };

async function download({ entry, part, url }: Target, options: FetchOptions): Promise<void> {
  const { signal, ca } = options;
  const wanted = { url, ...(signal ? { signal } : {}), ...(ca === undefined ? {} : { ca }) };
  const limit = entry.source.kind === 'fetched' ? entry.source.bytes : maxConvertedBytes;
  const have = await sizeOf(part);
  if (have === limit) return;
  // A part that is longer than the file is of some other file.
  const answer =
    (await startDownload({ ...wanted, from: have < limit ? have : 0 })) ??
    (await startDownload({ ...wanted, from: 0 }));
  if (!answer) throw new AppError('model-missing', `${url.origin}${url.pathname} has no first byte`);
  if ((answer.totalBytes ?? 0) > limit) {
    answer.body.destroy();
    throw tooLarge(entry, limit);
  }
  const handle = await open(part, answer.from > 0 ? 'r+' : 'w');
  try {
    await receive({ answer, handle, limit }, { entry, ...options });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** No network that is converted comes near this. */
const maxConvertedBytes = 256 * 1024 * 1024;

type Receiving = { readonly answer: Download; readonly handle: FileHandle; readonly limit: number };

async function receive(
  { answer, handle, limit }: Receiving,
  { entry, signal, onProgress }: FetchOptions & { entry: ModelEntry },
): Promise<void> {
  let receivedBytes = answer.from;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (receivedBytes + chunk.length > limit) throw tooLarge(entry, limit);
      await handle.write(chunk, 0, chunk.length, receivedBytes);
      receivedBytes += chunk.length;
      onProgress?.({ receivedBytes, totalBytes: answer.totalBytes ?? limit });
    }
  } catch (cause) {
    if (signal?.aborted) throw cancelled(cause);
    throw cause;
  }
}

async function verify(part: string, entry: ModelEntry): Promise<void> {
  const digest = await sha256OfFile(part);
  if (digest === entry.sha256) return;
  // To continue these bytes would never lead to the right ones.
  await rm(part, { force: true });
  throw new AppError(
    'model-missing',
    `The file that came for ${entry.id} is not the one that the catalogue names (SHA-256 ${digest}, not ${entry.sha256}); nothing was installed`,
    { details: { model: entry.id } },
  );
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

function tooLarge(entry: ModelEntry, limit: number): AppError {
  return new AppError(
    'too-large',
    `The file that came for ${entry.id} is larger than the ${limit} bytes that the catalogue names`,
    {
      details: { model: entry.id, maxBytes: limit },
    },
  );
}

function toFetchError(cause: unknown, { entry, origin }: { entry: ModelEntry; origin: string }): AppError {
  if (cause instanceof AppError) return cause;
  const details = { model: entry.id };
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('storage-full', `There is no room for ${entry.file}`, { cause, details });
    case 'ENOENT':
      return new AppError('model-missing', `There is no ${origin}`, { cause, details });
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return new AppError(
        'model-missing',
        `The connection broke while ${entry.id} was fetched; run it again to go on`,
        { cause, details },
      );
    default:
      return new AppError('storage-failed', `${entry.file} could not be installed`, { cause, details });
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
