import type { Uuid } from './gallery.ts';

/** What can be wrong with a record of the store. */
export type StoreFaultKind =
  | 'damaged' // its checksum or seal fails
  | 'missing' // others say that it should be there
  | 'stray' // nothing says any more that it should be there
  | 'contradiction' // others say something else
  | 'miscounted' // a number of others in it is wrong
  | 'unfindable' // a reference that searches miss, or a found one that is none
  | 'page'; // a page of the file that cannot be read

/**
 * `repaired`: made anew from other records. `repairable`: would be, if repair were asked for. `lost`: nothing else knows
 * what stood there.
 */
export type StoreFaultOutcome = 'repaired' | 'repairable' | 'lost';

/** One thing that is wrong. Names, templates and keys of persons are never part of it. */
export type StoreFault = {
  readonly kind: StoreFaultKind;
  readonly outcome: StoreFaultOutcome;
  readonly table: string;
  /** The record's key in its table, in hex, names left out. */
  readonly record: string;
  readonly message: string;
  /** Whom it concerns, as far as that is known. */
  readonly personId?: Uuid;
  readonly collectionId?: Uuid;
  readonly referenceId?: Uuid;
};

/** What a look at every record of the store has found. */
export type StoreReport = {
  /** Records that were looked at, of all tables. */
  readonly records: number;
  readonly counts: Readonly<Record<StoreFaultOutcome, number>>;
  /** The first of them, those that are lost before the others. */
  readonly faults: readonly StoreFault[];
};

export type VerifyWish = {
  readonly repair: boolean;
  readonly signal: AbortSignal;
  /** Called from time to time. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => Promise<void>;
};
