import type { StoreReport, VerifyWish } from '../store-report.ts';

/** Looks after what the gallery is kept in. */
export interface StoreCheck {
  /**
   * Looks at every record and compares it with the others and with what searches know, as of one moment, while others read
   * and write. With `repair` what others know of a record is made anew. Rejects with the signal's reason, `storage-full`,
   * `storage-failed`, and `record-corrupt` when pages of the file cannot be read.
   */
  verify(wish: VerifyWish): Promise<StoreReport>;
}
