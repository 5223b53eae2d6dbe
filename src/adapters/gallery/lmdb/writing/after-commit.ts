import type { Person, Uuid } from '../../../../domain/gallery.ts';
import type { TemplateRow } from '../disk/codecs.ts';

/** What a write means for memory and pictures, once it is committed. */
export type AfterCommit =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'person-gone'; readonly personId: Uuid }
  | {
      readonly kind: 'row';
      readonly number: number;
      readonly row: TemplateRow;
      readonly code: Uint8Array;
    }
  | { readonly kind: 'row-gone'; readonly number: number }
  /** What one model knows of a reference is not searched any more. */
  | { readonly kind: 'row-outdated'; readonly number: number; readonly modelId: string }
  | { readonly kind: 'row-moved'; readonly number: number; readonly personId: Uuid }
  | { readonly kind: 'picture-gone'; readonly referenceId: Uuid }
  | { readonly kind: 'collection-hidden'; readonly collectionId: Uuid; readonly hidden: boolean }
  | {
      readonly kind: 'member-hidden';
      readonly collectionId: Uuid;
      readonly personId: Uuid;
      readonly hidden: boolean;
    };
