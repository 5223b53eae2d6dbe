import type { Uuid } from '../../../../domain/gallery.ts';
import type { Departure } from './departure.ts';

/** What is hidden from all who read while its records go slice by slice: a collection's, or a member's who has left. */
export type Removal =
  | { readonly kind: 'clearing'; readonly collectionId: Uuid }
  | ({ readonly kind: 'departure' } & Departure);

export function nameOfRemoval(removal: Removal): string {
  const { kind, collectionId } = removal;
  return kind === 'clearing' ? `${kind} ${collectionId}` : `${kind} ${collectionId} ${removal.personId}`;
}
