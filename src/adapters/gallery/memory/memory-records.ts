import { AppError } from '../../../domain/errors.ts';
import type {
  Collection,
  CollectionChange,
  CollectionCounts,
  ErasureReceipt,
  Membership,
  Metadata,
  Person,
  Reference,
  Uuid,
} from '../../../domain/gallery.ts';
import {
  automaticKey,
  changedPerson,
  checkVector,
  collectionUnknown,
  compareKeys,
  newPerson,
  newReference,
  personExists,
  personUnknown,
  renamedPerson,
} from '../../../domain/gallery-rules.ts';
import type { KeyedReference, NewEnrolment } from '../../../domain/ports/gallery.ts';
import type { Tombstone } from '../../../domain/tombstone.ts';

/** A person's place in a collection. */
export type Place = { readonly collectionId: Uuid; readonly personId: Uuid; readonly key: string };
export type PlaceWish = Pick<NewEnrolment, 'key' | 'personId' | 'isNew'> & { readonly number: number };
/** A reference with its picture. */
export type Held = { readonly reference: Reference; readonly picture: Uint8Array | undefined };

/** All that a gallery in memory holds, and the bookkeeping that keeps its lists in step. */
export class MemoryRecords {
  readonly nowMs: () => number;
  collections: Collection[] = [];
  persons = new Map<Uuid, Person>();
  tombstones = new Map<Uuid, Tombstone>();
  dimensions = new Map<string, number>();
  places: Place[] = [];
  held: Held[] = [];
  readonly nextId: () => Uuid;
  #lastPerson = 0;
  #lastReference = 0;

  constructor(nowMs: () => number, nextId: () => Uuid) {
    this.nowMs = nowMs;
    this.nextId = nextId;
  }

  /** Runs a write of several parts; when one of them throws, all is as it was, apart from the ids that were given. */
  together<R>(write: () => R): R {
    const { places, held, dimensions, persons, tombstones } = this;
    const numbers = [this.#lastPerson, this.#lastReference] as const;
    this.persons = new Map(persons);
    this.tombstones = new Map(tombstones);
    this.dimensions = new Map(dimensions);
    this.places = [...places];
    this.held = [...held];
    try {
      return write();
    } catch (error) {
      Object.assign(this, { places, held, dimensions, persons, tombstones });
      [this.#lastPerson, this.#lastReference] = numbers;
      throw error;
    }
  }

  addCollection(slug: string, name: string, metadata: Metadata): Collection {
    if (this.collections.some((collection) => collection.slug === slug)) {
      throw new AppError('collection-exists', 'The slug is taken');
    }
    const collection = { id: this.nextId(), slug, name, metadata, createdAtMs: this.nowMs() };
    this.collections.push(collection);
    return collection;
  }

  changeCollection(collectionId: Uuid, change: CollectionChange): Collection {
    this.checkCollection(collectionId);
    if (this.collections.some(({ id, slug }) => id !== collectionId && slug === change.slug)) {
      throw new AppError('collection-exists', 'The slug is taken');
    }
    this.collections = this.collections.map((each) =>
      each.id === collectionId ? { ...each, ...change } : each,
    );
    return this.collections.find(({ id }) => id === collectionId)!;
  }

  checkCollection(collectionId: Uuid): void {
    if (!this.collections.some(({ id }) => id === collectionId)) throw collectionUnknown();
  }

  /** Takes all members and their references out. */
  clear(collectionId: Uuid): CollectionCounts {
    this.checkCollection(collectionId);
    const places = this.placesIn(collectionId);
    const references = this.drop((reference) => reference.collectionId === collectionId).length;
    for (const place of places) this.leave(place);
    return { members: places.length, references };
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

  placeOrThrow(collectionId: Uuid, key: string): Place {
    const place = this.place(collectionId, key);
    if (!place) throw personUnknown();
    return place;
  }

  placeOf(collectionId: Uuid, personId: Uuid): Place | undefined {
    return this.places.find((place) => isOf({ collectionId, personId }, place));
  }

  /** Gives her a place; a new person when none is named. */
  addPlace(collectionId: Uuid, key: string, personId: Uuid = this.#addPerson(key)): Place {
    const place = { collectionId, personId, key };
    this.places.push(place);
    return place;
  }

  #addPerson(key: string): Uuid {
    const id = this.nextId();
    this.persons.set(id, newPerson({ id, number: ++this.#lastPerson, key, createdAtMs: this.nowMs() }));
    return id;
  }

  /** The place that a face goes to; `number` is the face's, for an automatic key. */
  placeFor(collectionId: Uuid, { key, personId, isNew, number }: PlaceWish): Place {
    if (personId !== undefined && !this.persons.has(personId)) throw personUnknown();
    const holder = key === null ? undefined : this.place(collectionId, key);
    const place = personId === undefined ? holder : this.placeOf(collectionId, personId);
    if (place && isNew) throw personExists();
    if (place) return place;
    if (holder) throw personExists();
    const free = key ?? automaticKey(number, (taken) => this.place(collectionId, taken) !== undefined);
    return this.addPlace(collectionId, free, personId);
  }

  rename(place: Place, to: string): void {
    this.places = this.places.map((other) => (other === place ? { ...place, key: to } : other));
    const person = this.persons.get(place.personId);
    if (person) this.persons.set(person.id, renamedPerson(person, place.key, to));
  }

  /** The references become the heir's, and the other leaves. */
  merge(place: Place, { personId }: Place): void {
    this.held = this.held.map((held) =>
      isOf(held.reference, place) ? { ...held, reference: { ...held.reference, personId } } : held,
    );
    this.leave(place, personId);
  }

  /** Takes a place away, not the references; the person goes with her last place. */
  leave(place: Place, heirId?: Uuid): void {
    const { personId } = place;
    this.places = this.places.filter((other) => other !== place);
    if (this.places.some((other) => other.personId === personId)) return;
    this.persons.delete(personId);
    const atMs = this.nowMs();
    this.tombstones.set(personId, heirId ? { kind: 'merged', atMs, heirId } : { kind: 'left', atMs });
  }

  leaveWhenEmpty(reference: Reference): void {
    const place = this.places.find((other) => isOf(reference, other));
    if (place && !this.held.some((held) => isOf(held.reference, place))) this.leave(place);
  }

  nextReferenceNumber(): number {
    return ++this.#lastReference;
  }

  /** `face` is kept as it is; an id is taken for it before. */
  addReference(
    collectionId: Uuid,
    { key, face, id, replacing, person, ...wish }: NewEnrolment & { readonly id: Uuid },
  ): KeyedReference {
    const { modelId, vector } = face.template;
    checkVector(vector, this.dimensions.get(modelId));
    const number = this.nextReferenceNumber();
    const place = this.placeFor(collectionId, { ...wish, key, number });
    const { personId } = place;
    const identity = { id, number, collectionId, personId, createdAtMs: this.nowMs() };
    const reference = newReference(identity, face);
    this.dimensions.set(modelId, vector.length);
    this.held.push({ reference, picture: face.picture });
    this.drop((other) => other.id === replacing && isOf(other, place));
    if (person) this.persons.set(personId, changedPerson(this.persons.get(personId)!, person));
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

  drop(goes: (reference: Reference) => boolean): Held[] {
    const dropped = this.held.filter(({ reference }) => goes(reference));
    this.held = this.held.filter(({ reference }) => !goes(reference));
    return dropped;
  }

  erase(personId: Uuid): ErasureReceipt {
    const hiddenAtMs = this.nowMs();
    const references = this.drop((reference) => reference.personId === personId).length;
    this.places = this.places.filter((place) => place.personId !== personId);
    this.persons.delete(personId);
    const receipt = { personId, hiddenAtMs, removedAtMs: this.nowMs(), references };
    this.tombstones.set(personId, { kind: 'erased', receipt });
    return receipt;
  }

  scrub(): { scrubbedAtMs: number; erasures: number } {
    const scrubbedAtMs = this.nowMs();
    let erasures = 0;
    for (const [personId, tombstone] of this.tombstones) {
      if (tombstone.kind !== 'erased' || tombstone.receipt.scrubbedAtMs !== undefined) continue;
      this.tombstones.set(personId, { kind: 'erased', receipt: { ...tombstone.receipt, scrubbedAtMs } });
      erasures++;
    }
    return { scrubbedAtMs, erasures };
  }

  erasure(personId: Uuid): ErasureReceipt | undefined {
    const tombstone = this.tombstones.get(personId);
    return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
  }
}

export function isOf(reference: Pick<Reference, 'personId' | 'collectionId'>, place: Place): boolean {
  return reference.personId === place.personId && reference.collectionId === place.collectionId;
}
