import { AppError } from '../../../domain/errors.ts';
import type {
  Candidate,
  Collection,
  ErasureReceipt,
  Membership,
  NewReference,
  Person,
  PersonChange,
  Reference,
  Uuid,
} from '../../../domain/gallery.ts';
import { createGalleryDigest, vectorBytes } from '../../../domain/gallery-digest.ts';
import {
  boundedCosine,
  changedPerson,
  checkKey,
  checkVector,
  compareKeys,
  copyFace,
  isSearchable,
  listedReference,
  newPerson,
  newReference,
  renamedPerson,
  resolveKey,
} from '../../../domain/gallery-rules.ts';
import type {
  Gallery,
  KeyedReference,
  ListedReference,
  SearchRequest,
} from '../../../domain/ports/gallery.ts';
import type { Tombstone } from '../../../domain/tombstone.ts';
import { cosine } from '../../../domain/vector.ts';

type Place = { readonly collectionId: Uuid; readonly personId: Uuid; readonly key: string };
type Held = { readonly reference: Reference; readonly picture: Uint8Array | undefined };

/** The port in its plainest form; other galleries are tested against it. */
export class MemoryGallery implements Gallery {
  readonly #nowMs: () => number;
  readonly #nextId: () => Uuid;
  readonly #collections: Collection[] = [];
  readonly #persons = new Map<Uuid, Person>();
  readonly #tombstones = new Map<Uuid, Tombstone>();
  readonly #dimensions = new Map<string, number>();
  #places: Place[] = [];
  #held: Held[] = [];
  #lastPerson = 0;
  #lastReference = 0;

  constructor(nowMs: () => number, nextId: () => Uuid) {
    this.#nowMs = nowMs;
    this.#nextId = nextId;
  }

  async createCollection(slug: string, name: string): Promise<Collection> {
    if (this.#collections.some((collection) => collection.slug === slug)) {
      throw new AppError('collection-exists', 'The slug is taken');
    }
    const collection = { id: this.#nextId(), slug, name, createdAtMs: this.#nowMs() };
    this.#collections.push(collection);
    return collection;
  }

  async findCollection(idOrSlug: string): Promise<Collection | undefined> {
    return (
      this.#collections.find(({ id }) => id === idOrSlug) ??
      this.#collections.find(({ slug }) => slug === idOrSlug)
    );
  }

  async listCollections(): Promise<Collection[]> {
    return this.#collections.toSorted((one, other) => compareKeys(one.slug, other.slug));
  }

  async addPerson(collectionId: Uuid, key: string): Promise<Membership> {
    checkKey(key);
    this.#checkCollection(collectionId);
    if (this.#place(collectionId, key)) throw new AppError('person-exists', 'The key is taken');
    return this.#membership(this.#addPlace(collectionId, key));
  }

  async findMembership(
    collectionId: Uuid,
    key: string,
    ignoreCase?: 'ignoreCase',
  ): Promise<Membership | undefined> {
    this.#checkCollection(collectionId);
    const keys = this.#placesIn(collectionId).map((place) => place.key);
    const found = this.#place(collectionId, ignoreCase ? (resolveKey(key, keys) ?? key) : key);
    return found && this.#membership(found);
  }

  async listMemberships(collectionId: Uuid): Promise<Membership[]> {
    this.#checkCollection(collectionId);
    return this.#placesIn(collectionId).map((place) => this.#membership(place));
  }

  async findPerson(personId: Uuid): Promise<Person | undefined> {
    return this.#persons.get(personId);
  }

  async updatePerson(personId: Uuid, change: PersonChange): Promise<Person> {
    const person = this.#persons.get(personId);
    if (!person) throw personUnknown();
    const changed = changedPerson(person, change);
    this.#persons.set(personId, changed);
    return changed;
  }

  async renameMembership(collectionId: Uuid, from: string, to: string): Promise<'renamed' | 'merged'> {
    checkKey(to);
    this.#checkCollection(collectionId);
    const place = this.#placeOrThrow(collectionId, from);
    if (from === to) return 'renamed';
    const heir = this.#place(collectionId, to);
    if (heir) {
      this.#held = this.#held.map((held) =>
        isOf(held.reference, place)
          ? { ...held, reference: { ...held.reference, personId: heir.personId } }
          : held,
      );
      this.#leave(place, heir.personId);
      return 'merged';
    }
    this.#places = this.#places.map((other) => (other === place ? { ...place, key: to } : other));
    const person = this.#persons.get(place.personId);
    if (person) this.#persons.set(person.id, renamedPerson(person, from, to));
    return 'renamed';
  }

  async removeMembership(collectionId: Uuid, key: string): Promise<{ references: number }> {
    this.#checkCollection(collectionId);
    const place = this.#placeOrThrow(collectionId, key);
    const references = this.#drop((reference) => isOf(reference, place)).length;
    this.#leave(place);
    return { references };
  }

  async clearCollection(collectionId: Uuid): Promise<{ members: number; references: number }> {
    this.#checkCollection(collectionId);
    const places = this.#placesIn(collectionId);
    const references = this.#drop((reference) => reference.collectionId === collectionId).length;
    for (const place of places) this.#leave(place);
    return { members: places.length, references };
  }

  async enrol(collectionId: Uuid, key: string, face: NewReference): Promise<Reference> {
    const { modelId, vector } = face.template;
    checkKey(key);
    checkVector(vector);
    this.#checkCollection(collectionId);
    checkVector(vector, this.#dimensions.get(modelId));
    const id = this.#nextId();
    const { personId } = this.#place(collectionId, key) ?? this.#addPlace(collectionId, key);
    const kept = copyFace(face);
    const reference = newReference(
      { id, number: ++this.#lastReference, collectionId, personId, createdAtMs: this.#nowMs() },
      kept,
    );
    this.#dimensions.set(modelId, vector.length);
    this.#held.push({ reference, picture: kept.picture });
    return reference;
  }

  async findReference(collectionId: Uuid, referenceId: Uuid): Promise<KeyedReference | undefined> {
    const held = this.#find(collectionId, referenceId);
    return held && this.#keyed(held.reference);
  }

  async readPicture(collectionId: Uuid, referenceId: Uuid): Promise<Uint8Array | undefined> {
    return this.#find(collectionId, referenceId)?.picture;
  }

  async listReferences(
    collectionId: Uuid,
    { key, offset, limit }: { key?: string; offset: number; limit: number },
  ): Promise<{ references: ListedReference[]; total: number }> {
    this.#checkCollection(collectionId);
    const all = this.#held
      .filter(({ reference }) => reference.collectionId === collectionId)
      .map(({ reference }) => listedReference(this.#keyed(reference)))
      .filter((listed) => key === undefined || listed.key === key);
    return { references: all.slice(offset, offset + limit), total: all.length };
  }

  async removeReferences(collectionId: Uuid, referenceIds: readonly Uuid[]): Promise<ListedReference[]> {
    this.#checkCollection(collectionId);
    const removed: ListedReference[] = [];
    for (const id of referenceIds) {
      const held = this.#find(collectionId, id);
      if (!held) continue;
      removed.push(listedReference(this.#keyed(held.reference)));
      this.#drop((reference) => reference.id === id);
      this.#leaveWhenEmpty(held.reference);
    }
    return removed;
  }

  async removeAllReferences(collectionId: Uuid, key?: string): Promise<number> {
    this.#checkCollection(collectionId);
    if (key !== undefined) {
      const place = this.#place(collectionId, key);
      return place ? (await this.removeMembership(collectionId, key)).references : 0;
    }
    const dropped = this.#drop((reference) => reference.collectionId === collectionId);
    for (const { reference } of dropped) this.#leaveWhenEmpty(reference);
    return dropped.length;
  }

  async search(request: SearchRequest): Promise<Candidate[][]> {
    for (const id of request.collectionIds) this.#checkCollection(id);
    for (const probe of request.probes) checkVector(probe, this.#dimensions.get(request.modelId));
    return request.probes.map((probe) => this.#searchOne(request, probe));
  }

  async erase(personId: Uuid): Promise<ErasureReceipt> {
    const earlier = this.#erasure(personId);
    if (earlier) return earlier;
    if (!this.#persons.has(personId)) throw personUnknown();
    const hiddenAtMs = this.#nowMs();
    const references = this.#drop((reference) => reference.personId === personId).length;
    this.#places = this.#places.filter((place) => place.personId !== personId);
    this.#persons.delete(personId);
    const receipt = { personId, hiddenAtMs, removedAtMs: this.#nowMs(), references };
    this.#tombstones.set(personId, { kind: 'erased', receipt });
    return receipt;
  }

  async findErasure(personId: Uuid): Promise<ErasureReceipt | undefined> {
    return this.#erasure(personId);
  }

  counts(): { collections: number; persons: number; references: number } {
    return {
      collections: this.#collections.length,
      persons: this.#persons.size,
      references: this.#held.length,
    };
  }

  async digest(): Promise<string> {
    const digest = createGalleryDigest();
    const byId = (one: { id: Uuid }, other: { id: Uuid }) => compareKeys(one.id, other.id);
    const collections = this.#collections.toSorted(byId);
    for (const collection of collections) digest.add('collection', collection);
    for (const person of [...this.#persons.values()].sort(byId)) digest.add('person', person);
    for (const { id } of collections) {
      for (const place of this.#placesIn(id)) digest.add('membership', this.#membership(place));
    }
    for (const { reference, picture } of this.#held) {
      const { template, crop, ...rest } = reference;
      const record = { ...rest, modelId: template.modelId, cropLandmarks: crop?.landmarks };
      digest.add('reference', record, [vectorBytes(template.vector), crop?.jpeg, picture]);
    }
    for (const personId of [...this.#tombstones.keys()].sort(compareKeys)) {
      digest.add('tombstone', { personId, ...this.#tombstones.get(personId) });
    }
    return digest.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #searchOne(request: SearchRequest, probe: Float32Array): Candidate[] {
    const now = this.#nowMs();
    const ranked = this.#held
      .filter(({ reference }) => request.collectionIds.includes(reference.collectionId))
      .filter(({ reference }) => reference.template.modelId === request.modelId)
      .filter(({ reference }) => isSearchable(this.#persons.get(reference.personId)!, now))
      .map(({ reference }) => ({ reference, score: cosine(probe, reference.template.vector) }))
      .filter(({ score }) => score >= request.minScore)
      .sort((one, other) => other.score - one.score || one.reference.number - other.reference.number);
    const seen = new Set<Uuid>();
    const kept = request.distinctPersons
      ? ranked.filter(({ reference: { personId } }) => !seen.has(personId) && seen.add(personId))
      : ranked;
    return kept.slice(0, request.limit).map(({ reference, score }) => {
      const { id: referenceId, personId, collectionId, key } = this.#keyed(reference);
      return { score: boundedCosine(score), referenceId, personId, collectionId, key };
    });
  }

  #erasure(personId: Uuid): ErasureReceipt | undefined {
    const tombstone = this.#tombstones.get(personId);
    return tombstone?.kind === 'erased' ? tombstone.receipt : undefined;
  }

  #checkCollection(collectionId: Uuid): void {
    if (this.#collections.some(({ id }) => id === collectionId)) return;
    throw new AppError('collection-unknown', 'There is no such collection');
  }

  #placesIn(collectionId: Uuid): Place[] {
    return this.#places
      .filter((place) => place.collectionId === collectionId)
      .sort((one, other) => compareKeys(one.key, other.key));
  }

  #place(collectionId: Uuid, key: string): Place | undefined {
    return this.#places.find((place) => place.collectionId === collectionId && place.key === key);
  }

  #placeOrThrow(collectionId: Uuid, key: string): Place {
    const place = this.#place(collectionId, key);
    if (!place) throw personUnknown();
    return place;
  }

  #addPlace(collectionId: Uuid, key: string): Place {
    const id = this.#nextId();
    this.#persons.set(id, newPerson({ id, number: ++this.#lastPerson, key, createdAtMs: this.#nowMs() }));
    const place = { collectionId, personId: id, key };
    this.#places.push(place);
    return place;
  }

  #membership(place: Place): Membership {
    return { ...place, referenceCount: this.#held.filter(({ reference }) => isOf(reference, place)).length };
  }

  #find(collectionId: Uuid, referenceId: Uuid): Held | undefined {
    this.#checkCollection(collectionId);
    return this.#held.find(
      ({ reference }) => reference.id === referenceId && reference.collectionId === collectionId,
    );
  }

  #keyed(reference: Reference): KeyedReference {
    return { ...reference, key: this.#places.find((place) => isOf(reference, place))!.key };
  }

  #drop(goes: (reference: Reference) => boolean): Held[] {
    const dropped = this.#held.filter(({ reference }) => goes(reference));
    this.#held = this.#held.filter(({ reference }) => !goes(reference));
    return dropped;
  }

  #leaveWhenEmpty(reference: Reference): void {
    const place = this.#places.find((other) => isOf(reference, other));
    if (place && !this.#held.some((held) => isOf(held.reference, place))) this.#leave(place);
  }

  #leave(place: Place, heirId?: Uuid): void {
    const { personId } = place;
    this.#places = this.#places.filter((other) => other !== place);
    if (this.#places.some((other) => other.personId === personId)) return;
    this.#persons.delete(personId);
    const atMs = this.#nowMs();
    this.#tombstones.set(personId, heirId ? { kind: 'merged', atMs, heirId } : { kind: 'left', atMs });
  }
}

function isOf(reference: Reference, place: Place): boolean {
  return reference.personId === place.personId && reference.collectionId === place.collectionId;
}

function personUnknown(): AppError {
  return new AppError('person-unknown', 'There is no such person');
}
