/** A file that holds one secret, for its owner's eyes only. */
export interface SecretFile {
  readonly path: string;
  /** Undefined when the file is not there. */
  read(): Promise<string | undefined>;
  /** Replaces what was there. Rejects with `storage-failed`, as reading does. */
  write(secret: string): Promise<void>;
  /** A file that is not there counts as removed. */
  remove(): Promise<void>;
}
