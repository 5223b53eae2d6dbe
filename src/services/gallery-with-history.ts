import type { Gallery } from '../domain/ports/gallery.ts';
import { withOwn } from '../primitives/with-own.ts';
import { decideRename } from './decided-rename.ts';
import type { HistoryService } from './history.ts';

/** The same gallery; when a person is erased or becomes one with another, her events follow. */
export function galleryWithHistory(gallery: Gallery, { part }: Pick<HistoryService, 'part'>): Gallery {
  return withOwn<Gallery>(gallery, {
    erase: (personId) => part({ personId }, () => gallery.erase(personId)),
    async renameMembership(collectionId, from, to, given) {
      const { wish, merging } = await decideRename(gallery, collectionId, from, to, given);
      const rename = () => gallery.renameMembership(collectionId, from, to, wish);
      return merging ? part(merging, rename) : rename();
    },
  });
}
