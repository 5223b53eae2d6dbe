import type { ErasureReceipt, Uuid } from './gallery.ts';

/** What stays of a person who is gone, so that her id is never given again. */
export type Tombstone =
  | { readonly kind: 'left'; readonly atMs: number }
  | { readonly kind: 'merged'; readonly atMs: number; readonly heirId: Uuid }
  | { readonly kind: 'erased'; readonly receipt: ErasureReceipt };
