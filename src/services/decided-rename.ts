import type { Uuid } from '../domain/gallery.ts';
import type { Gallery, RenameWish } from '../domain/ports/gallery.ts';

/** What a rename will do if nobody writes before it, and a wish that holds its write to that. */
export type DecidedRename = {
  readonly wish: RenameWish;
  /** Who becomes one with whom; absent when nobody does. */
  readonly merging?: { readonly personId: Uuid; readonly heirId: Uuid };
};

/** Looks now, so that what is noted of a merger before and after its write is what the write does. */
export async function decideRename(
  gallery: Pick<Gallery, 'findMembership'>,
  ...[collectionId, from, to, wish = {}]: Parameters<Gallery['renameMembership']>
): Promise<DecidedRename> {
  const [member, taken] = await Promise.all(
    [from, to].map((key) => gallery.findMembership(collectionId, key)),
  );
  const { personId = member?.personId, ifTaken = 'merge' } = wish;
  if (personId === undefined || from === to || ifTaken === 'refuse') return { wish };
  const heirId = typeof ifTaken === 'object' ? ifTaken.heirId : taken?.personId;
  return heirId === undefined
    ? { wish: { personId, ifTaken: 'refuse' } }
    : { wish: { personId, ifTaken: { heirId } }, merging: { personId, heirId } };
}
