import { isUtf8 } from 'node:buffer';
import * as yauzl from 'yauzl';
import { AppError } from '../../../domain/errors.ts';
import { mostEntries, mostUnpackedBytes } from './limits.ts';

/** A file in an archive. */
export type ZipEntry = {
  /** In the order of the archive's directory, counted from 1, folders included. */
  readonly number: number;
  /** The parts of its path; empty when that leads out of the archive. */
  readonly path: readonly string[];
  readonly entry: yauzl.Entry;
};

const utf8Flag = 0x800;
const fileTypes = 0o170_000;
const symbolicLink = 0o120_000;

/**
 * The files in an archive, without folders, links, and what systems hide there. `bad-input` for a damaged directory,
 * `too-large` when more is in it than is taken.
 */
export async function* readEntries(zip: yauzl.ZipFile): AsyncGenerator<ZipEntry> {
  if (zip.entryCount > mostEntries)
    throw new AppError(
      'too-large',
      `The archive has ${zip.entryCount} entries; at most ${mostEntries} are taken`,
    );
  let [number, packed, unpacked] = [0, 0, 0];
  for await (const entry of zip.eachEntry()) {
    number++;
    packed += entry.compressedSize;
    unpacked += entry.uncompressedSize;
    const name = nameOf(entry);
    if (name.endsWith('/') || isLink(entry)) continue;
    const path = partsOf(name);
    if (!path.some(isHidden)) yield { number, path, entry };
  }
  // Entries that share their bytes are how a small archive holds very much.
  if (packed > zip.fileSize) throw new AppError('bad-input', 'Entries of the archive overlap');
  if (unpacked > mostUnpackedBytes)
    throw new AppError('too-large', `The archive holds more than ${mostUnpackedBytes} bytes`);
}

/** Some programs write UTF-8 without saying so. */
function nameOf({ fileNameRaw, generalPurposeBitFlag, extraFields }: yauzl.Entry): string {
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | utf8Flag : generalPurposeBitFlag;
  return yauzl.getFileNameLowLevel(flags, fileNameRaw, extraFields, false).normalize('NFC');
}

function partsOf(name: string): string[] {
  if (yauzl.validateFileName(name) !== null) return [];
  return name.split('/').filter((part) => part !== '' && part !== '.');
}

function isLink({ externalFileAttributes }: yauzl.Entry): boolean {
  return ((externalFileAttributes >>> 16) & fileTypes) === symbolicLink;
}

function isHidden(part: string): boolean {
  return part.startsWith('.') || part === '__MACOSX';
}
