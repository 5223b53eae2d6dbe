import type { Ledger } from '../writing/ledger.ts';

/** One transaction of a removal holds the event loop no longer than this. */
const sliceMs = 5;

/** What one transaction may still do of a removal that takes many. */
export type Slice = { readonly ledger: Ledger; readonly isOver: () => boolean };

export function beginSlice(ledger: Ledger): Slice {
  const end = performance.now() + sliceMs;
  return { ledger, isOver: () => performance.now() > end };
}
