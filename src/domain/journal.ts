import type { HybridClock } from '../primitives/hybrid-clock.ts';
import type { Stamp } from '../primitives/stamp.ts';
import type { Change, ChangedEntity } from './change.ts';
import type { Person, PersonChange, Reference, Uuid } from './gallery.ts';
import { heirsOf } from './heirs.ts';
import { changedSyncedPerson, inheritSuspension, stampedPerson } from './person-groups.ts';
import { type Ending, endedMembership, placedMembership, rekeyedMembership } from './place-events.ts';
import type { SyncedMembership, SyncedPerson, SyncedReference } from './synced-records.ts';

/** A person's place in a collection. */
export type Place = { readonly collectionId: Uuid; readonly personId: Uuid };

type NamedReference = Pick<SyncedReference, 'id' | 'number' | 'collectionId' | 'personId'>;

/** What a gallery keeps of a reference for others besides the reference itself; it stays when that is removed. */
export type StampedReference = Omit<SyncedReference, 'notes'> & {
  /** Of the write that set its notes after it was made. */
  readonly described?: Stamp;
};

/** A reference as devices exchange it; `notes` are its present ones. */
export function syncedReference(
  { described, ...stamped }: StampedReference,
  notes: Pick<Reference, 'text' | 'metadata'> | undefined,
): SyncedReference {
  if (!described || !notes) return stamped;
  return { ...stamped, notes: { text: notes.text, metadata: notes.metadata, stamp: described } };
}

/** Where a gallery keeps what its journal stamps. Who or what is not there, or cannot be read, is `undefined`. */
export interface JournalRecords {
  person(personId: Uuid): SyncedPerson | undefined;
  putPerson(person: SyncedPerson): void;
  /** The collections where she has a place. */
  placesOf(personId: Uuid): Uuid[];
  /** Also of one who is gone from there. */
  membership(place: Place): SyncedMembership | undefined;
  putMembership(membership: SyncedMembership): void;
  /** The collections where she has a membership, also one that has ended. */
  membershipsOf(personId: Uuid): Uuid[];
  /** Also of one that was removed. */
  reference(referenceId: Uuid): StampedReference | undefined;
  putReference(reference: StampedReference): void;
  /** What a member has, by whatever way it came to her. */
  referencesOf(place: Place): Uuid[];
  putChange(change: Change): void;
}

/** Stamps what one write does, and notes each record that the write has changed. */
export class Journal {
  readonly #records: JournalRecords;
  readonly #clock: HybridClock;
  readonly #changed = new Map<string, Omit<Change, 'stamp'>>();

  constructor(records: JournalRecords, clock: HybridClock) {
    this.#records = records;
    this.#clock = clock;
  }

  /** Greater than all before. */
  stamp(): Stamp {
    return this.#clock.next();
  }

  /** Notes that a record was changed; once is enough. */
  note(collectionId: Uuid, entity: ChangedEntity, id: Uuid): void {
    this.#changed.set(`${collectionId} ${entity} ${id}`, { collectionId, entity, id });
  }

  /** Puts the changes into the log, one for each record; to be called when the write has done all else. */
  finish(): void {
    for (const change of this.#changed.values()) {
      this.#records.putChange({ ...change, stamp: this.stamp() });
    }
    this.#changed.clear();
  }

  /** Forgets what was noted, for the write has failed. */
  forget(): void {
    this.#changed.clear();
  }

  /** The person is noted where she gets a place; a new one has none yet. */
  addPerson(person: Person): void {
    this.#records.putPerson(stampedPerson(person, this.stamp()));
  }

  /** Answers her after the change. A suspension goes over to those into whom she was merged. */
  changePerson(personId: Uuid, change: PersonChange): SyncedPerson | undefined {
    const person = this.#records.person(personId);
    if (!person) return undefined;
    const changed = changedSyncedPerson(person, change, this.stamp());
    this.#putPerson(changed);
    for (const collectionId of this.#records.membershipsOf(personId)) {
      const heirId = this.#heirsIn(collectionId, personId).at(-1)!;
      if (heirId !== personId) this.#inherit(heirId, changed);
    }
    return changed;
  }

  /** To be called when the person has her place, and may have had one before. */
  place({ key, ...place }: Place & { readonly key: string }): void {
    const before = this.#records.membership(place);
    if (before?.merged) this.#part(place);
    this.#putMembership(placedMembership({ ...place, key }, this.stamp(), before));
    this.note(place.collectionId, 'person', place.personId);
  }

  /** Another key for somebody who has a place; a name that was only the key goes with it. */
  rekey(place: Place, { from, to }: { readonly from: string; readonly to: string }): void {
    const membership = this.#records.membership(place) ?? { ...place, added: this.stamp() };
    this.#putMembership(rekeyedMembership(membership, to, this.stamp()));
    if (this.#records.person(place.personId)?.name === from) this.changePerson(place.personId, { name: to });
  }

  /** To be called while the person is still there. */
  leave(place: Place, ending: Ending): void {
    const merged = ending.kind === 'merged' ? this.#records.person(place.personId) : undefined;
    if (merged && ending.kind === 'merged') this.#inherit(ending.heirId, merged);
    const membership = this.#records.membership(place) ?? { ...place, added: this.stamp() };
    const ended = endedMembership(membership, ending, this.stamp());
    // The others learn it from the collection, or from her tombstone.
    if (ending.kind === 'cleared' || ending.kind === 'erased') this.#records.putMembership(ended);
    else this.#putMembership(ended);
  }

  /** A new reference of somebody who has a place. */
  addReference(reference: NamedReference): void {
    this.#putReference(this.#reference(reference));
    this.#giveFace(reference);
  }

  /** A reference that goes to another member, otherwise than by a merge. */
  giveReference(reference: NamedReference): void {
    const { personId } = reference;
    this.#putReference({ ...this.#reference(reference), personId, placed: this.stamp() });
    this.#giveFace(reference);
  }

  /** New text or metadata of a reference. */
  describeReference(reference: NamedReference): void {
    this.#putReference({ ...this.#reference(reference), described: this.stamp() });
  }

  /** A reference that goes by itself, not with its member. */
  removeReference(reference: NamedReference): void {
    const { described: _, ...stamped } = this.#reference(reference);
    this.#putReference({ ...stamped, removed: this.stamp() });
  }

  /** The collections where a person ever was: all are told of her erasure. */
  collectionsOf(personId: Uuid): Uuid[] {
    return this.#records.membershipsOf(personId);
  }

  /** What was given to a person and came to heirs of hers by merges. */
  facesWithHeirs(personId: Uuid): (Place & { readonly referenceId: Uuid })[] {
    return this.#records.membershipsOf(personId).flatMap((collectionId) => {
      const heirId = this.#heirsIn(collectionId, personId).at(-1)!;
      if (heirId === personId) return [];
      return this.#facesThrough(personId, { collectionId, personId: heirId }).map(({ id }) => {
        return { collectionId, personId: heirId, referenceId: id };
      });
    });
  }

  /** Gives the heir anew what came to her through one who is to be one of her own again. */
  #part({ collectionId, personId }: Place): void {
    const heirId = this.#heirsIn(collectionId, personId).at(-1)!;
    if (heirId === personId) return;
    for (const reference of this.#facesThrough(personId, { collectionId, personId: heirId })) {
      this.#putReference({ ...reference, personId: heirId, placed: this.stamp() });
      this.#giveFace({ collectionId, personId: heirId });
    }
  }

  /** What of an heir's was given to a person, or came through her. */
  #facesThrough(personId: Uuid, heir: Place): StampedReference[] {
    return this.#records
      .referencesOf(heir)
      .map((id) => this.#records.reference(id))
      .filter((reference) => reference !== undefined)
      .filter((reference) => this.#heirsIn(heir.collectionId, reference.personId).includes(personId));
  }

  #heirsIn(collectionId: Uuid, personId: Uuid): Uuid[] {
    const mergeOf = (id: Uuid) => this.#records.membership({ collectionId, personId: id })?.merged;
    return heirsOf(personId, mergeOf);
  }

  #inherit(heirId: Uuid, merged: SyncedPerson): void {
    const heir = this.#records.person(heirId);
    if (!heir) return;
    const after = inheritSuspension(heir, merged);
    if (after !== heir) this.#putPerson(after);
  }

  #giveFace(place: Place): void {
    const { collectionId, personId } = place;
    const membership = this.#records.membership(place);
    this.#putMembership({ ...membership, collectionId, personId, added: this.stamp() });
  }

  #reference(named: NamedReference): StampedReference {
    const stamp = this.stamp();
    return this.#records.reference(named.id) ?? { ...named, numberMoves: 0, created: stamp, placed: stamp };
  }

  #putPerson(person: SyncedPerson): void {
    this.#records.putPerson(person);
    for (const collectionId of this.#records.placesOf(person.id))
      this.note(collectionId, 'person', person.id);
  }

  #putMembership(membership: SyncedMembership): void {
    this.#records.putMembership(membership);
    this.note(membership.collectionId, 'membership', membership.personId);
  }

  #putReference(reference: StampedReference): void {
    this.#records.putReference(reference);
    this.note(reference.collectionId, 'reference', reference.id);
  }
}
