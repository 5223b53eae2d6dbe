import type { ErasureReceipt, Uuid } from './gallery.ts';

/** What stays of a person who is gone, so that her id is never given again. */
export type Tombstone =
  | { readonly kind: 'left'; readonly atMs: number }
  | { readonly kind: 'merged'; readonly atMs: number; readonly heirId: Uuid }
  | { readonly kind: 'erased'; readonly receipt: ErasureReceipt };

export function receiptOf(tombstone: Tombstone | undefined): ErasureReceipt | undefined {
  return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
}

/** The receipt of whom she became one with last, if that one was erased; her own if she was. */
export function receiptOfLast(
  tombstone: Tombstone,
  find: (personId: Uuid) => Tombstone | undefined,
): ErasureReceipt | undefined {
  const seen = new Set<Uuid>();
  let last: Tombstone | undefined = tombstone;
  while (last?.kind === 'merged' && !seen.has(last.heirId)) {
    seen.add(last.heirId);
    last = find(last.heirId);
  }
  return receiptOf(last);
}
