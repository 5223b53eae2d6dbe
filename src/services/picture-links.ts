import { AppError } from '../domain/errors.ts';
import type { Uuid } from '../domain/gallery.ts';
import { ownUuidBytes, uuidAt } from '../primitives/uuid-bytes.ts';
import type { People } from './people.ts';
import type { Signing } from './signing.ts';

export type PicturePlace = { readonly collectionId: Uuid; readonly referenceId: Uuid };

/** Links that show the picture of a reference to whoever has one, until they end a day later, at the next full hour. */
export interface PictureLinks {
  /** Good in an address as it is. */
  write(place: PicturePlace): string;
  /** What was kept of the picture or, where nothing was, the crop. `reference-unknown` when there is nothing to show. */
  open(link: string): Promise<Uint8Array>;
}

export type PictureLinksParts = {
  readonly signing: Pick<Signing, 'sign' | 'open'>;
  readonly people: Pick<People, 'findReference' | 'readPicture'>;
  /** Never goes back: a link that has ended stays so. The system's clock when absent. */
  readonly latestMs?: () => number;
};

const lifeMs = 86_400_000;
/** A link ends at a full hour, so that for an hour it stays the same. */
const roundMs = 3_600_000;
const uuidLength = 16;
/** Milliseconds since 1970 fit into so many bytes. */
const timeLength = 6;

export function createPictureLinks({
  signing,
  people,
  latestMs = Date.now,
}: PictureLinksParts): PictureLinks {
  return {
    write({ collectionId, referenceId }) {
      const end = Buffer.alloc(timeLength);
      end.writeUIntBE(Math.ceil((latestMs() + lifeMs) / roundMs) * roundMs, 0, timeLength);
      const ids = [ownUuidBytes(collectionId), ownUuidBytes(referenceId)];
      return signing.sign('picture-link', Buffer.concat([...ids, end]));
    },
    async open(link) {
      const payload = signing.open('picture-link', link);
      if (!payload || payload.readUIntBE(2 * uuidLength, timeLength) <= latestMs()) throw nothingThere();
      const [collectionId, referenceId] = [uuidAt(payload), uuidAt(payload, uuidLength)];
      const picture =
        (await people.readPicture(collectionId, referenceId)) ??
        (await people.findReference(collectionId, referenceId))?.crop?.jpeg;
      if (!picture) throw nothingThere();
      return picture;
    },
  };
}

function nothingThere(): AppError {
  return new AppError('reference-unknown', 'The link shows nothing, or has ended');
}
