import type { ErasureReceipt, Uuid } from '../domain/gallery.ts';
import { personUnknown } from '../domain/gallery-rules.ts';
import type { Gallery } from '../domain/ports/gallery.ts';

/** Forgets persons for ever, in all collections, and tells how far that is. */
export interface Erasures {
  /** By her id, or by her key in a collection. One who was erased has her receipt again. `person-unknown`. */
  erase(who: { personId: Uuid } | { collectionId: Uuid; key: string }): Promise<ErasureReceipt>;
  /** `person-unknown` for somebody who was not erased. */
  receipt(personId: Uuid): Promise<ErasureReceipt>;
}

export function createErasures({
  gallery,
}: {
  readonly gallery: Pick<Gallery, 'erase' | 'findErasure' | 'findMembership'>;
}): Erasures {
  return {
    async erase(who) {
      if ('personId' in who) return gallery.erase(who.personId);
      const member = await gallery.findMembership(who.collectionId, who.key);
      if (!member) throw personUnknown();
      return gallery.erase(member.personId);
    },
    async receipt(personId) {
      const receipt = await gallery.findErasure(personId);
      if (!receipt) throw personUnknown();
      return receipt;
    },
  };
}
