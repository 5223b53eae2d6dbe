import type { Manifest, PortableList } from '../portable.ts';

/** A line of a list, and where the next one begins. */
export type PortableLine = { readonly value: unknown; readonly end: number };

/**
 * A folder with a gallery in its portable form. Rejects with `storage-full` and `storage-failed`; reading with `bad-input`
 * for what is not of the form.
 */
export interface PortableFolder {
  /** Makes it, or rejects with `storage-failed` when there is anything in it. */
  create(): Promise<void>;
  /** Adds lines behind these bytes of the list, in the place of whatever lies there; durable when it resolves. Answers the new length. */
  append(list: PortableList, at: number, lines: readonly object[]): Promise<number>;
  /** Durable when it resolves; takes the place of a file that is there. */
  putPicture(path: string, bytes: Uint8Array): Promise<void>;
  finish(manifest: Manifest): Promise<void>;

  /** `bad-input` when there is none: the export is not whole, or the folder is none. */
  readManifest(): Promise<Manifest>;
  /** Bytes of a list. */
  size(list: PortableList): Promise<number>;
  /** The lines from this byte on, one after the other. */
  lines(list: PortableList, from: number): AsyncIterable<PortableLine>;
  readPicture(path: string): Promise<Uint8Array>;
}
