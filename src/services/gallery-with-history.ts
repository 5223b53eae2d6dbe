import type { Gallery } from '../domain/ports/gallery.ts';
import { withOwn } from '../primitives/with-own.ts';
import type { HistoryService } from './history.ts';

/** The same gallery; when a person is erased or becomes one with another, her events follow. */
export function galleryWithHistory(gallery: Gallery, { part }: Pick<HistoryService, 'part'>): Gallery {
  return withOwn<Gallery>(gallery, {
    erase: (personId) => part({ personId }, () => gallery.erase(personId)),
    async renameMembership(collectionId, from, to) {
      const rename = () => gallery.renameMembership(collectionId, from, to);
      const [member, heir] = await Promise.all(
        [from, to].map((key) => gallery.findMembership(collectionId, key)),
      );
      if (!member || !heir || member.personId === heir.personId) return rename();
      return part({ personId: member.personId, heirId: heir.personId }, rename);
    },
  });
}
