import type { Uuid } from '../domain/gallery.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import { withOwn } from '../primitives/with-own.ts';
import type { AuditService } from './audit.ts';

type Note = AuditService['note'];

/** The same gallery; what it does and cannot undo is put on record, whoever asks for it. */
export function auditGallery(gallery: Gallery, { note }: Pick<AuditService, 'note'>): Gallery {
  return withOwn<Gallery>(gallery, { ...removals(gallery, note), ...mergers(gallery, note) });
}

function removals(
  gallery: Gallery,
  note: Note,
): Pick<
  Gallery,
  'removeMembership' | 'clearCollection' | 'removeCollection' | 'removeAllReferences' | 'erase'
> {
  const personOf = async (collectionId: Uuid, key: string): Promise<Uuid[]> => {
    const member = await gallery.findMembership(collectionId, key);
    return member ? [member.personId] : [];
  };
  return {
    async removeMembership(collectionId, key) {
      const subjectIds = await personOf(collectionId, key);
      const removed = await gallery.removeMembership(collectionId, key);
      await note({ action: 'person-removed', outcome: 'done', collectionId, subjectIds, details: removed });
      return removed;
    },
    async clearCollection(collectionId) {
      const cleared = await gallery.clearCollection(collectionId);
      await note({ action: 'collection-cleared', outcome: 'done', collectionId, details: cleared });
      return cleared;
    },
    async removeCollection(collectionId) {
      const removed = await gallery.removeCollection(collectionId);
      await note({ action: 'collection-removed', outcome: 'done', collectionId, details: removed });
      return removed;
    },
    async removeAllReferences(collectionId, key) {
      const subjectIds = key === undefined ? [] : await personOf(collectionId, key);
      const references = await gallery.removeAllReferences(collectionId, key);
      const action = key === undefined ? 'collection-cleared' : 'person-removed';
      const details = { references };
      if (references > 0) await note({ action, outcome: 'done', collectionId, subjectIds, details });
      return references;
    },
    async erase(personId) {
      const receipt = await gallery.erase(personId);
      const { references } = receipt;
      await note({
        ...{ action: 'person-erased', outcome: 'done' },
        ...{ subjectIds: [personId], details: { references } },
      });
      return receipt;
    },
  };
}

function mergers(gallery: Gallery, note: Note): Pick<Gallery, 'renameMembership'> {
  return {
    async renameMembership(collectionId, from, to) {
      const both = await Promise.all([from, to].map((key) => gallery.findMembership(collectionId, key)));
      const outcome = await gallery.renameMembership(collectionId, from, to);
      if (outcome === 'merged') {
        const subjectIds = both.flatMap((member) => (member ? [member.personId] : []));
        await note({ action: 'persons-merged', outcome: 'done', collectionId, subjectIds });
      }
      return outcome;
    },
  };
}
