import type { FaceCrop, Template } from '../face.ts';
import type { Uuid } from '../gallery.ts';

export type SwitchWish = {
  /** Of the templates that are to come. */
  readonly modelId: string;
  /** The template of a stored crop by that model; `undefined` when none can be made of this crop. */
  readonly embed: (crop: FaceCrop, signal: AbortSignal) => Promise<Template | undefined>;
  readonly signal: AbortSignal;
  /** Called from time to time. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => Promise<void>;
  /** So long after the change templates of before can still be searched for, by those who began with them. */
  readonly graceMs: number;
};

/** A reference whose template is of another model than the one that is searched: nobody finds it. */
export type LeftReference = {
  readonly number: number;
  readonly referenceId: Uuid;
  readonly personId: Uuid;
  readonly collectionId: Uuid;
};

/** `embedded` templates were made in this call; `left` references kept the template that they had. */
export type Switched = { readonly embedded: number; readonly left: number };

/** Which embedding model the templates of a gallery are of, and how another takes its place. */
export interface TemplateModels {
  /** The model whose templates are searched; `undefined` until a change was made. From then on no others are enrolled. */
  serving(): string | undefined;
  /**
   * Makes a template of the model from the crop of each reference, while those of before are searched, and lets them be
   * searched in one moment, when all are there. What a call that was cut short has made is kept for the next one. Rejects
   * with the signal's reason, what `embed` rejects with, `storage-full` and `storage-failed`.
   */
  switchTo(wish: SwitchWish): Promise<Switched>;
  /** Forgets templates that were made for a change that did not come to its end. */
  discard(): Promise<void>;
  /** In the order of their numbers, those after `after`. */
  listLeft(page: { readonly after?: number | undefined; readonly limit: number }): Promise<LeftReference[]>;
}
