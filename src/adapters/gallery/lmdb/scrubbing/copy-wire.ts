import type { ErrorCode } from '../../../../domain/errors.ts';
import type { ChangedKeys } from '../disk/changes.ts';

/** What a copying thread is started with. */
export type CopyStart = {
  readonly from: string;
  readonly to: string;
  /** Anything but 0 in its first place stops the copying. */
  readonly stop: Int32Array<SharedArrayBuffer>;
};

/** Each is answered before the next is asked; after `close` the thread ends. */
export type CopyAsk =
  | { readonly kind: 'copy' }
  | { readonly kind: 'bring'; readonly changes: readonly ChangedKeys[] }
  | { readonly kind: 'close' };

export type CopyAnswer =
  | { readonly kind: 'progress'; readonly bytes: number }
  /** `removed` counts the records that were taken out of the copy again. */
  | { readonly kind: 'done'; readonly removed: number }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
