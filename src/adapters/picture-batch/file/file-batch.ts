import { AppError } from '../../../domain/errors.ts';
import type { BatchPicture, PictureBatch } from '../../../domain/ports/picture-batch.ts';
import type { ListedPicture } from './read-list.ts';

/** A picture that reads by itself; the path names it for whoever has the file. */
export type FilePicture = BatchPicture & { readonly path: string };

/** A batch in a file on this box. */
export type FileBatch = Omit<PictureBatch, 'pictures'> & {
  pictures(from: number): AsyncIterable<FilePicture>;
};

type Batch<Entry> = {
  readonly entries: readonly Entry[];
  readonly toPicture: (entry: Entry) => FilePicture;
  readonly ignored: number;
  readonly close: () => void;
};

export function fileBatch<Entry>({ entries, toPicture, ignored, close }: Batch<Entry>): FileBatch {
  return {
    total: entries.length,
    ignored,
    async *pictures(from) {
      for (let at = from; at < entries.length; at++) yield toPicture(entries[at]!);
    },
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}

/** A picture of a list, whose bytes `read` finds by the path as it is written there. */
export function listedPicture(
  { line, person, file, name }: ListedPicture,
  read: (path: string, signal: AbortSignal) => Promise<Uint8Array>,
): FilePicture {
  const missing = [person === '' && 'person', file === '' && 'file'].filter((field) => field !== false);
  return {
    place: { line },
    path: file,
    key: person.normalize('NFC'),
    ...(name !== '' && { name }),
    async read(signal) {
      if (missing.length === 0) return read(forwardSlashes(file), signal);
      throw new AppError('bad-input', `The line names no ${missing.join(' and no ')}`);
    },
  };
}

/** Lists come from Windows too. */
export function forwardSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
