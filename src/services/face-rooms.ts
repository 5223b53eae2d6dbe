import { type EnrolmentPolicy, findRoom, type HeldReference } from '../domain/enrolment.ts';
import { AppError } from '../domain/errors.ts';
import type { Membership } from '../domain/gallery.ts';
import { foldKey } from '../domain/gallery-rules.ts';
import type { Gallery, NewEnrolment } from '../domain/ports/gallery.ts';
import type { DuplicateAsk } from './face-duplicates.ts';

export type RoomParts = { readonly gallery: Gallery; readonly policy: EnrolmentPolicy };

/** Who the person of a face is, as far as that can be told before it is enrolled. */
export function identityOf(
  { key, personId }: Pick<NewEnrolment, 'key' | 'personId'>,
  ignoreCase = false,
): unknown {
  if (personId !== undefined) return personId;
  return key === null ? Symbol('somebody new') : `key ${ignoreCase ? foldKey(key) : key}`;
}

/** Finds places for faces within what the policy allows a person, those of one write after each other. */
export class Rooms {
  readonly #parts: RoomParts;
  readonly #ask: DuplicateAsk;
  readonly #held = new Map<unknown, HeldReference[]>();

  constructor(parts: RoomParts, ask: DuplicateAsk) {
    this.#parts = parts;
    this.#ask = ask;
  }

  /** The face with the key that its person has, and the reference that goes for it. */
  async place(wish: NewEnrolment): Promise<NewEnrolment> {
    const member = await this.#findMember(wish);
    const key = member?.key ?? wish.key;
    const { policy } = this.#parts;
    if (policy.maxReferences === undefined || wish.replacing !== undefined) return { ...wish, key };
    const identity = member?.personId ?? identityOf(wish, this.#ask.ignoreCase);
    const held = this.#held.get(identity) ?? (member ? await this.#heldBy(member) : []);
    const quality = wish.face.quality.overall;
    const room = findRoom(held, quality, policy);
    if (room.kind === 'instead' && room.of === '')
      throw new AppError('references-full', 'More faces come at once than a person may have');
    const left = room.kind === 'instead' ? held.filter(({ id }) => id !== room.of) : held;
    // One that comes with others has no id yet.
    this.#held.set(identity, [...left, { id: '', quality }]);
    return { ...wish, key, ...(room.kind === 'instead' && { replacing: room.of }) };
  }

  async #findMember({ key, personId }: NewEnrolment): Promise<Membership | undefined> {
    const { gallery } = this.#parts;
    const { collectionId, ignoreCase } = this.#ask;
    if (personId !== undefined) return gallery.findMembershipOf(collectionId, personId);
    return key === null
      ? undefined
      : gallery.findMembership(collectionId, key, ignoreCase ? 'ignoreCase' : undefined);
  }

  async #heldBy({ collectionId, key, referenceCount }: Membership): Promise<HeldReference[]> {
    const { policy, gallery } = this.#parts;
    if (referenceCount === 0 || policy.maxReferences === undefined) return [];
    const { references } = await gallery.listReferences(collectionId, {
      ...{ key, offset: 0, limit: referenceCount },
    });
    return references.map(({ id, quality }) => ({ id, quality: quality.overall }));
  }
}
