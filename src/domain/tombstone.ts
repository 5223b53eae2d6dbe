import type { ErasureReceipt, Uuid } from './gallery.ts';

/** What stays of a person who is gone, so that her id is never given again. */
export type Tombstone =
  | { readonly kind: 'left'; readonly atMs: number }
  | { readonly kind: 'merged'; readonly atMs: number; readonly heirId: Uuid }
  | { readonly kind: 'erased'; readonly receipt: ErasureReceipt };

export function receiptOf(tombstone: Tombstone | undefined): ErasureReceipt | undefined {
  return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
}

type FindTombstone = (personId: Uuid) => Tombstone | undefined;

/** The receipt of whom she became one with last, if that one was erased; her own if she was. */
export function receiptOfLast(tombstone: Tombstone, find: FindTombstone): ErasureReceipt | undefined {
  const heirId = lastHeirOf(tombstone, find);
  return receiptOf(heirId === undefined ? tombstone : find(heirId));
}

/** Whom she became one with last; `undefined` when with nobody. */
export function lastHeirOf(tombstone: Tombstone | undefined, find: FindTombstone): Uuid | undefined {
  const seen = new Set<Uuid>();
  let heirId: Uuid | undefined;
  for (let last = tombstone; last?.kind === 'merged' && !seen.has(last.heirId); last = find(heirId)) {
    heirId = last.heirId;
    seen.add(heirId);
  }
  return heirId;
}
