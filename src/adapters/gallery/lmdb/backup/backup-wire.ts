import type { ErrorCode } from '../../../../domain/errors.ts';
import type { ArchiveStart } from './archive-writer.ts';

export type BackedUpFile = { readonly name: string; readonly path: string };

/** What a thread that writes a backup is started with. */
export type BackupStart = {
  readonly files: readonly BackedUpFile[];
  readonly archive: ArchiveStart;
  /** Anything but 0 in its first place stops the writing. */
  readonly stop: Int32Array<SharedArrayBuffer>;
};

/** Each is answered before the next is asked; after `close` the thread ends. */
export type BackupAsk =
  /** Opens the files. */
  | { readonly kind: 'open' }
  /** Takes the moment that is written: the same for all files, if nobody writes to them until this is answered. */
  | { readonly kind: 'take' }
  | { readonly kind: 'write' }
  | { readonly kind: 'close' };

export type BackupAnswer =
  | { readonly kind: 'progress'; readonly bytes: number }
  /** Of the archive; nothing before it is written. */
  | { readonly kind: 'done'; readonly bytes: number; readonly records: number }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
