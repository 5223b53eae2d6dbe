import type { Uuid } from '../gallery.ts';

/** A saved face over there: the id of its picture, and whose it is. */
export type SubjectExample = { readonly imageId: Uuid; readonly subject: string };

/** Some of the saved faces, in the order of the source, and how many there are in all. */
export type ExamplePage = { readonly examples: readonly SubjectExample[]; readonly total: number };

/**
 * The people of another service, to be moved here. It is asked once a call and nothing is tried again. Rejects with
 * `url-failed` when no good answer came in time, which may pass; `bad-input` when it refuses the key or is no such service,
 * which does not; `url-refused` when it may not be asked; `cancelled`.
 */
export interface SubjectSource {
  /** All names, also those without a saved face. */
  subjects(signal: AbortSignal): Promise<readonly string[]>;
  /** A page of so many, from 0. Pages shift when somebody adds or removes faces over there. */
  examples(page: { number: number; size: number }, signal: AbortSignal): Promise<ExamplePage>;
  /** The picture as it was saved; `undefined` when there is none, `too-large` when it is over the limit. */
  picture(imageId: Uuid, signal: AbortSignal): Promise<Uint8Array | undefined>;
}
