import type { ListedErasure } from '../../../domain/backup.ts';
import type { Collection, ErasureReceipt, Membership, Reference, Uuid } from '../../../domain/gallery.ts';
import {
  automaticKey,
  checkServing,
  checkVector,
  collectionUnknown,
  compareKeys,
  newPerson,
  newReference,
  personExists,
  personUnknown,
  referenceUnknown,
} from '../../../domain/gallery-rules.ts';
import { Journal } from '../../../domain/journal.ts';
import type { Ending } from '../../../domain/place-events.ts';
import type { KeyedReference, NewEnrolment } from '../../../domain/ports/gallery.ts';
import type { SyncedPerson } from '../../../domain/synced-records.ts';
import type { Tombstone } from '../../../domain/tombstone.ts';
import { lastHeirOf, receiptOf, receiptOfLast } from '../../../domain/tombstone.ts';
import type { HybridClock } from '../../../primitives/hybrid-clock.ts';
import { onwardClock } from '../../../primitives/onward-clock.ts';
import { MemoryStamps } from './memory-stamps.ts';

/** A person's place in a collection. */
export type Place = { readonly collectionId: Uuid; readonly personId: Uuid; readonly key: string };
export type PlaceWish = Pick<NewEnrolment, 'key' | 'personId' | 'isNew' | 'isMember'> & {
  readonly number: number;
};
/** A reference with its picture. */
export type Held = { readonly reference: Reference; readonly picture: Uint8Array | undefined };

export type MemoryRecordsParts = {
  readonly nowMs: () => number;
  readonly nextId: () => Uuid;
  readonly clock: HybridClock;
};

/** All that a gallery in memory holds, and the bookkeeping that keeps its lists in step. */
export class MemoryRecords {
  readonly nowMs: () => number;
  readonly latestMs: () => number;
  collections: Collection[] = [];
  dimensions = new Map<string, number>();
  /** Whose templates are searched, from the first change of the embedding model on. */
  serving: string | undefined;
  places: Place[] = [];
  held: Held[] = [];
  readonly nextId: () => Uuid;
  readonly stamps: MemoryStamps;
  readonly journal: Journal;
  #lastPerson = 0;
  #lastReference = 0;

  constructor({ nowMs, nextId, clock }: MemoryRecordsParts) {
    this.nowMs = nowMs;
    this.latestMs = onwardClock({ nowMs, seenMs: () => clock.last?.ms ?? 0, runningMs: () => 0 });
    this.nextId = nextId;
    this.stamps = new MemoryStamps({
      placesOf: (personId) => this.#placesOf(personId).map(({ collectionId }) => collectionId),
      referencesOf: (place) =>
        this.held.flatMap(({ reference }) => (isOf(reference, place) ? [reference.id] : [])),
    });
    this.journal = new Journal(this.stamps, clock);
  }

  get persons(): ReadonlyMap<Uuid, SyncedPerson> {
    return this.stamps.persons;
  }

  /** Runs a write of several parts; when one of them throws, all is as it was, apart from the ids that were given. */
  together<R>(write: () => R): R {
    const { places, held, dimensions } = this;
    const numbers = [this.#lastPerson, this.#lastReference] as const;
    const restoreStamps = this.stamps.save();
    this.dimensions = new Map(dimensions);
    this.places = [...places];
    this.held = [...held];
    try {
      return write();
    } catch (error) {
      Object.assign(this, { places, held, dimensions });
      [this.#lastPerson, this.#lastReference] = numbers;
      restoreStamps();
      this.journal.forget();
      throw error;
    }
  }

  checkCollection(collectionId: Uuid): Collection {
    const collection = this.collections.find(({ id }) => id === collectionId);
    if (!collection) throw collectionUnknown();
    return collection;
  }

  /** In the order of their keys. */
  placesIn(collectionId: Uuid): Place[] {
    return this.places
      .filter((place) => place.collectionId === collectionId)
      .sort((one, other) => compareKeys(one.key, other.key));
  }

  place(collectionId: Uuid, key: string): Place | undefined {
    return this.places.find((place) => place.collectionId === collectionId && place.key === key);
  }

  /** `person-unknown` when nobody has the key, or not the person who is named. */
  placeOrThrow(collectionId: Uuid, key: string, personId?: Uuid): Place {
    const place = this.place(collectionId, key);
    if (!place || place.personId !== (personId ?? place.personId)) throw personUnknown();
    return place;
  }

  placeOf(collectionId: Uuid, personId: Uuid): Place | undefined {
    return this.places.find((place) => isOf({ collectionId, personId }, place));
  }

  /** Gives her a place; a new person when none is named. */
  addPlace(collectionId: Uuid, key: string, personId: Uuid = this.#addPerson(key)): Place {
    const place = { collectionId, personId, key };
    this.places.push(place);
    this.journal.place(place);
    return place;
  }

  #addPerson(key: string): Uuid {
    const id = this.nextId();
    const number = ++this.#lastPerson;
    this.journal.addPerson(newPerson({ id, number, key, createdAtMs: this.nowMs() }));
    return id;
  }

  /** The place that a face goes to; `number` is the face's, for an automatic key. */
  placeFor(collectionId: Uuid, { key, personId, isNew, isMember, number }: PlaceWish): Place {
    if (personId !== undefined && !this.persons.has(personId)) throw personUnknown();
    const holder = key === null ? undefined : this.place(collectionId, key);
    const place = personId === undefined ? holder : this.placeOf(collectionId, personId);
    if (place && isNew) throw personExists();
    if (place) return place;
    if (isMember) throw personUnknown();
    if (holder) throw personExists();
    const free = key ?? automaticKey(number, (taken) => this.place(collectionId, taken) !== undefined);
    return this.addPlace(collectionId, free, personId);
  }

  rename(place: Place, to: string): void {
    this.places = this.places.map((other) => (other === place ? { ...place, key: to } : other));
    this.journal.rekey(place, { from: place.key, to });
  }

  /** The references become the heir's, and the other leaves. */
  merge(place: Place, { personId }: Place): void {
    this.held = this.held.map((held) =>
      isOf(held.reference, place) ? { ...held, reference: { ...held.reference, personId } } : held,
    );
    this.leave(place, { kind: 'merged', heirId: personId });
  }

  /** Takes a place away, not the references; the person goes with her last place. */
  leave(place: Place, ending: Ending): void {
    const { personId, collectionId } = place;
    this.places = this.places.filter((other) => other !== place);
    this.journal.leave(place, ending);
    if (this.#placesOf(personId).length > 0) return;
    this.stamps.persons.delete(personId);
    const atMs = this.nowMs();
    const merged = ending.kind === 'merged' && { kind: ending.kind, atMs, heirId: ending.heirId };
    this.#bury(personId, merged || { kind: 'left', atMs }, [collectionId]);
  }

  leaveWhenEmpty(reference: Reference): void {
    const place = this.places.find((other) => isOf(reference, other));
    if (!place || this.held.some((held) => isOf(held.reference, place))) return;
    this.leave(place, { kind: 'emptied' });
  }

  nextReferenceNumber(): number {
    return ++this.#lastReference;
  }

  /** `face` is kept as it is; an id is taken for it before. */
  addReference(
    collectionId: Uuid,
    { key, face, id, replacing, mustReplace, person, ...wish }: NewEnrolment & { readonly id: Uuid },
  ): KeyedReference {
    const { modelId, vector } = face.template;
    checkServing(modelId, this.serving);
    checkVector(vector, this.dimensions.get(modelId));
    const number = this.nextReferenceNumber();
    const place = this.placeFor(collectionId, { ...wish, key, number });
    const { personId } = place;
    const identity = { id, number, collectionId, personId, createdAtMs: this.nowMs() };
    const reference = newReference(identity, face);
    this.dimensions.set(modelId, vector.length);
    this.hold({ reference, picture: face.picture });
    const replaced = this.remove((other) => other.id === replacing && isOf(other, place));
    if (mustReplace && replaced.length === 0) throw referenceUnknown();
    if (person) this.journal.changePerson(personId, person);
    return { ...reference, key: place.key };
  }

  membership(place: Place): Membership {
    const referenceCount = this.held.filter(({ reference }) => isOf(reference, place)).length;
    return { ...place, referenceCount };
  }

  find(collectionId: Uuid, referenceId: Uuid): Held | undefined {
    this.checkCollection(collectionId);
    return this.held.find(
      ({ reference }) => reference.id === referenceId && reference.collectionId === collectionId,
    );
  }

  keyed(reference: Reference): KeyedReference {
    return { ...reference, key: this.places.find((place) => isOf(reference, place))!.key };
  }

  /** Keeps a new reference of somebody who has a place. */
  hold(held: Held): void {
    this.held.push(held);
    this.journal.addReference(held.reference);
  }

  /** Takes references away that go with their members, who tell it. */
  drop(goes: (reference: Reference) => boolean): Held[] {
    const gone = this.#take(goes);
    for (const { reference } of gone) this.stamps.references.delete(reference.id);
    return gone;
  }

  /** Takes references away that go by themselves. */
  remove(goes: (reference: Reference) => boolean): Held[] {
    const gone = this.#take(goes);
    for (const { reference } of gone) this.journal.removeReference(reference);
    return gone;
  }

  erase(personId: Uuid): ErasureReceipt {
    const hiddenAtMs = this.nowMs();
    // Faces that others have by merges, though they were given to her.
    const withHeirs = new Set(this.journal.facesWithHeirs(personId).map(({ referenceId }) => referenceId));
    const inherited = this.remove(({ id }) => withHeirs.has(id));
    for (const { reference } of inherited) this.leaveWhenEmpty(reference);
    const own = this.drop((reference) => reference.personId === personId);
    for (const place of this.#placesOf(personId)) this.leave(place, { kind: 'erased' });
    const references = inherited.length + own.length;
    const receipt = { personId, hiddenAtMs, removedAtMs: this.nowMs(), references };
    this.#bury(personId, { kind: 'erased', receipt }, this.journal.collectionsOf(personId));
    return receipt;
  }

  scrub(): { scrubbedAtMs: number; erasures: number } {
    const scrubbedAtMs = this.nowMs();
    let erasures = 0;
    for (const [personId, tombstone] of this.stamps.tombstones) {
      if (tombstone.kind !== 'erased' || tombstone.receipt.scrubbedAtMs !== undefined) continue;
      const receipt = { ...tombstone.receipt, scrubbedAtMs };
      this.stamps.tombstones.set(personId, { ...tombstone, receipt });
      erasures++;
    }
    return { scrubbedAtMs, erasures };
  }

  erasures(): ListedErasure[] {
    const { tombstones } = this.stamps;
    return [...tombstones].flatMap(([personId, tombstone]) => {
      const receipt = receiptOfLast(tombstone, (id) => tombstones.get(id));
      return receipt ? [{ personId, hiddenAtMs: receipt.hiddenAtMs }] : [];
    });
  }

  erasure(personId: Uuid): ErasureReceipt | undefined {
    const tombstone = this.stamps.tombstones.get(personId);
    return receiptOf(tombstone);
  }

  heir(personId: Uuid): Uuid | undefined {
    const { tombstones } = this.stamps;
    return lastHeirOf(tombstones.get(personId), (id) => tombstones.get(id));
  }

  #placesOf(personId: Uuid): Place[] {
    return this.places.filter((place) => place.personId === personId);
  }

  #bury(personId: Uuid, tombstone: Tombstone, collectionIds: readonly Uuid[]): void {
    this.stamps.tombstones.set(personId, { ...tombstone, stamp: this.journal.stamp() });
    for (const id of collectionIds) this.journal.note(id, 'tombstone', personId);
  }

  #take(goes: (reference: Reference) => boolean): Held[] {
    const gone = this.held.filter(({ reference }) => goes(reference));
    this.held = this.held.filter(({ reference }) => !goes(reference));
    return gone;
  }
}

export function isOf(
  reference: Pick<Reference, 'personId' | 'collectionId'>,
  place: Omit<Place, 'key'>,
): boolean {
  return reference.personId === place.personId && reference.collectionId === place.collectionId;
}
