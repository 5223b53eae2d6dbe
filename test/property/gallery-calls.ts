import fc from 'fast-check';
import type { Uuid } from '../../src/domain/gallery.ts';
import type { Gallery, ReferenceChange } from '../../src/domain/ports/gallery.ts';

/** What both galleries are asked; people, references and collections are named by their rank among all ever made. */
export type Step =
  | { readonly ask: 'reopen' }
  | {
      readonly ask: 'call';
      readonly text: string;
      readonly run: (gallery: Gallery, known: Known) => Promise<unknown>;
    };

export type Known = {
  readonly collections: Uuid[];
  readonly persons: Uuid[];
  /** Where each was made. */
  readonly references: Pick<ReferenceChange, 'collectionId' | 'referenceId'>[];
};

const unknownId = '00000000-0000-1000-8000-000000000000';
export const rank = fc.nat({ max: 11 });
// Few names and places, so that calls meet: what is rare here is rarely merged, removed or searched.
export const key = fc.constantFrom('Ann', 'Ann', 'ann', 'ann', 'Bob', 'Bob', 'ANN', 'Strauß', 'STRAUSS', '');
export const place = fc.constantFrom(0, 0, 0, 0, 1, 1, 2);
export const direction = fc
  .array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 })
  .filter((values) => values.some(Boolean));
export const model = fc.constantFrom('model-a', 'model-a', 'model-b');

export function at(ids: readonly Uuid[], index: number): Uuid {
  return ids[index] ?? unknownId;
}

export function referenceAt({ references, collections }: Known, index: number): Known['references'][number] {
  return references[index] ?? { collectionId: at(collections, 0), referenceId: unknownId };
}

export function call(text: string, run: (gallery: Gallery, known: Known) => Promise<unknown>): Step {
  return { ask: 'call', text, run };
}

/** The collections of these ranks that are known. */
export function collectionsAt({ collections }: Known, ranks: readonly number[]): Uuid[] {
  return ranks.map((index) => collections[index]).filter((id) => id !== undefined);
}
