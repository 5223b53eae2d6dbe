import type { JobProgress } from './job.ts';

/** What a backup is encrypted under. */
export type BackupSecret =
  | { readonly kind: 'passphrase'; readonly text: string }
  /** 32 bytes. */
  | { readonly kind: 'key'; readonly bytes: Uint8Array };

export type BackupWish = {
  /** Where the file comes; the folder is made when it is not there. */
  readonly dir: string;
  readonly secret: BackupSecret;
  readonly signal?: AbortSignal;
  /** In bytes. */
  readonly onProgress?: (progress: JobProgress) => void;
};

export type BackupMade = {
  /** Its path. */
  readonly file: string;
  readonly bytes: number;
  readonly records: number;
};

/** An erasure as it is kept apart from the store, lest a restored backup bring somebody back. */
export type ListedErasure = { readonly personId: string; readonly hiddenAtMs: number };
