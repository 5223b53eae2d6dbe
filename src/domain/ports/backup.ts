import type { BackupMade, BackupWish, ListedErasure } from '../backup.ts';

/** Makes backups of the whole store while it is used. */
export interface Backups {
  /**
   * Writes all that the store holds at one moment into a new file, encrypted, which has its name only when it is whole
   * on the disk. Reads and writes go on meanwhile; a scrub waits. Rejects with `storage-full`, `storage-failed`,
   * `record-corrupt`, `cancelled`, and has left no file then.
   */
  make(wish: BackupWish): Promise<BackupMade>;
}

/**
 * Who was erased, kept apart from the store and beside the backups: it holds ids and times, no names. Rejects with
 * `storage-full` and `storage-failed`; reading with `record-corrupt` when it was changed or is damaged.
 */
export interface ErasureList {
  /** Durable when it resolves; who is there already is passed over. There is a list from then on, if of nobody. */
  add(erasures: readonly ListedErasure[]): Promise<void>;
  /** In the order in which they were added; `undefined` when there is no list. */
  read(): Promise<readonly ListedErasure[] | undefined>;
}
