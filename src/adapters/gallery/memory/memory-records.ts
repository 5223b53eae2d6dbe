import { AppError } from '../../../domain/errors.ts';
import type {
  Collection,
  ErasureReceipt,
  Membership,
  NewReference,
  Person,
  Reference,
  Uuid,
} from '../../../domain/gallery.ts';
import {
  checkVector,
  collectionUnknown,
  compareKeys,
  newPerson,
  newReference,
  personUnknown,
  renamedPerson,
} from '../../../domain/gallery-rules.ts';
import type { KeyedReference } from '../../../domain/ports/gallery.ts';
import type { Tombstone } from '../../../domain/tombstone.ts';

/** A person's place in a collection. */
export type Place = { readonly collectionId: Uuid; readonly personId: Uuid; readonly key: string };
/** A reference with its picture. */
export type Held = { readonly reference: Reference; readonly picture: Uint8Array | undefined };

/** All that a gallery in memory holds, and the bookkeeping that keeps its lists in step. */
export class MemoryRecords {
  readonly nowMs: () => number;
  readonly collections: Collection[] = [];
  readonly persons = new Map<Uuid, Person>();
  readonly tombstones = new Map<Uuid, Tombstone>();
  readonly dimensions = new Map<string, number>();
  places: Place[] = [];
  held: Held[] = [];
  readonly #nextId: () => Uuid;
  #lastPerson = 0;
  #lastReference = 0;

  constructor(nowMs: () => number, nextId: () => Uuid) {
    this.nowMs = nowMs;
    this.#nextId = nextId;
  }

  addCollection(slug: string, name: string): Collection {
    if (this.collections.some((collection) => collection.slug === slug)) {
      throw new AppError('collection-exists', 'The slug is taken');
    }
    const collection = { id: this.#nextId(), slug, name, createdAtMs: this.nowMs() };
    this.collections.push(collection);
    return collection;
  }

  checkCollection(collectionId: Uuid): void {
    if (!this.collections.some(({ id }) => id === collectionId)) throw collectionUnknown();
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

  /** Makes a person and gives her a place. */
  addPlace(collectionId: Uuid, key: string): Place {
    const id = this.#nextId();
    this.persons.set(id, newPerson({ id, number: ++this.#lastPerson, key, createdAtMs: this.nowMs() }));
    const place = { collectionId, personId: id, key };
    this.places.push(place);
    return place;
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

  /** `face` is kept as it is. */
  addReference(collectionId: Uuid, key: string, face: NewReference): Reference {
    const { modelId, vector } = face.template;
    checkVector(vector, this.dimensions.get(modelId));
    const id = this.#nextId();
    const { personId } = this.place(collectionId, key) ?? this.addPlace(collectionId, key);
    const reference = newReference(
      { id, number: ++this.#lastReference, collectionId, personId, createdAtMs: this.nowMs() },
      face,
    );
    this.dimensions.set(modelId, vector.length);
    this.held.push({ reference, picture: face.picture });
    return reference;
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

  erasure(personId: Uuid): ErasureReceipt | undefined {
    const tombstone = this.tombstones.get(personId);
    return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
  }
}

export function isOf(reference: Reference, place: Place): boolean {
  return reference.personId === place.personId && reference.collectionId === place.collectionId;
}
