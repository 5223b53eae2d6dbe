import type { Uuid } from '../domain/gallery.ts';
import type { Gallery, ReferenceChange } from '../domain/ports/gallery.ts';
import { withOwn } from '../primitives/with-own.ts';
import type { AuditService } from './audit.ts';
import { decideRename } from './decided-rename.ts';

type Note = AuditService['note'];

/** The same gallery; what it does and cannot undo is put on record, whoever asks for it. */
export function auditGallery(gallery: Gallery, { note }: Pick<AuditService, 'note'>): Gallery {
  return withOwn<Gallery>(gallery, {
    ...removals(gallery, note),
    ...departures(gallery, note),
    ...mergers(gallery, note),
  });
}

function removals(
  gallery: Gallery,
  note: Note,
): Pick<
  Gallery,
  'removeMembership' | 'clearCollection' | 'removeCollection' | 'removeAllReferences' | 'erase'
> {
  const personOf = async (collectionId: Uuid, key: string, personId?: Uuid): Promise<Uuid[]> => {
    if (personId !== undefined) return [personId];
    const member = await gallery.findMembership(collectionId, key);
    return member ? [member.personId] : [];
  };
  return {
    async removeMembership(collectionId, key, personId) {
      const subjectIds = await personOf(collectionId, key, personId);
      const removed = await gallery.removeMembership(collectionId, key, personId);
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
    async removeAllReferences(collectionId, key, personId) {
      const subjectIds = key === undefined ? [] : await personOf(collectionId, key, personId);
      const references = await gallery.removeAllReferences(collectionId, key, personId);
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

/** Somebody's reference that goes. */
type Going = { readonly collectionId: Uuid; readonly personId: Uuid };

/** A person leaves with her last reference; one who keeps others is no matter for the record. */
function departures(gallery: Gallery, note: Note): Pick<Gallery, 'removeReferences' | 'changeReferences'> {
  const noteDeparted = async (going: readonly Going[]): Promise<void> => {
    const members = Map.groupBy(going, ({ collectionId, personId }) => `${collectionId} ${personId}`);
    for (const [{ collectionId, personId } = going[0]!, ...others] of members.values()) {
      if (await gallery.findMembershipOf(collectionId, personId).catch(() => undefined)) continue;
      const details = { references: 1 + others.length };
      const subjectIds = [personId];
      await note({ action: 'person-removed', outcome: 'done', collectionId, subjectIds, details });
    }
  };
  const ownersOf = async (changes: readonly ReferenceChange[]): Promise<Going[]> => {
    const going = changes.filter(({ kind }) => kind === 'remove' || kind === 'move');
    const found = going.map((change) => gallery.findReference(change.collectionId, change.referenceId));
    // What is not there, or cannot be read, is refused or told by the write.
    return (await Promise.allSettled(found)).flatMap((one) =>
      one.status === 'fulfilled' && one.value ? [one.value] : [],
    );
  };
  return {
    async removeReferences(collectionId, referenceIds) {
      const removed = await gallery.removeReferences(collectionId, referenceIds);
      await noteDeparted(removed);
      return removed;
    },
    async changeReferences(changes) {
      const going = await ownersOf(changes);
      const changed = await gallery.changeReferences(changes);
      await noteDeparted(going);
      return changed;
    },
  };
}

function mergers(gallery: Gallery, note: Note): Pick<Gallery, 'renameMembership'> {
  return {
    async renameMembership(collectionId, from, to, given) {
      const { wish, merging } = await decideRename(gallery, collectionId, from, to, given);
      const outcome = await gallery.renameMembership(collectionId, from, to, wish);
      if (merging && outcome === 'merged') {
        const subjectIds = [merging.personId, merging.heirId];
        await note({ action: 'persons-merged', outcome: 'done', collectionId, subjectIds });
      }
      return outcome;
    },
  };
}
