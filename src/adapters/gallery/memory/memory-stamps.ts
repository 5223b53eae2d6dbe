import type { Change } from '../../../domain/change.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { JournalRecords, Place, StampedReference } from '../../../domain/journal.ts';
import type {
  SyncedCollection,
  SyncedMembership,
  SyncedPerson,
  SyncedTombstone,
} from '../../../domain/synced-records.ts';
import type { Tombstone } from '../../../domain/tombstone.ts';
import type { Stamp } from '../../../primitives/stamp.ts';

/** What the stamps do not tell of a gallery in memory. */
type Beside = Pick<JournalRecords, 'placesOf' | 'referencesOf'>;

/** All that is stamped in a gallery in memory; the changes stand in the order of their stamps. */
export class MemoryStamps implements JournalRecords {
  persons = new Map<Uuid, SyncedPerson>();
  references = new Map<Uuid, StampedReference>();
  tombstones = new Map<Uuid, Tombstone & { readonly stamp: Stamp }>();
  /** Also of those that were removed. */
  readonly collections = new Map<Uuid, SyncedCollection>();
  readonly changes: Change[] = [];
  readonly placesOf: Beside['placesOf'];
  readonly referencesOf: Beside['referencesOf'];
  #memberships: SyncedMembership[] = [];

  constructor({ placesOf, referencesOf }: Beside) {
    this.placesOf = placesOf;
    this.referencesOf = referencesOf;
  }

  /** Answers what brings back all of now but the collections. */
  save(): () => void {
    const { persons, references, tombstones } = this;
    const memberships = this.#memberships;
    this.persons = new Map(persons);
    this.references = new Map(references);
    this.tombstones = new Map(tombstones);
    this.#memberships = [...memberships];
    return () => {
      Object.assign(this, { persons, references, tombstones });
      this.#memberships = memberships;
    };
  }

  tombstone(personId: Uuid): SyncedTombstone | undefined {
    const tombstone = this.tombstones.get(personId);
    if (!tombstone) return undefined;
    const { kind, stamp } = tombstone;
    return kind === 'merged'
      ? { personId, stamp, kind, heirId: tombstone.heirId }
      : { personId, stamp, kind };
  }

  person(personId: Uuid): SyncedPerson | undefined {
    return this.persons.get(personId);
  }

  putPerson(person: SyncedPerson): void {
    this.persons.set(person.id, person);
  }

  membership(place: Place): SyncedMembership | undefined {
    return this.#memberships[this.#rankOf(place)];
  }

  putMembership(membership: SyncedMembership): void {
    const rank = this.#rankOf(membership);
    this.#memberships[rank < 0 ? this.#memberships.length : rank] = membership;
  }

  membershipsOf(personId: Uuid): Uuid[] {
    return this.#memberships
      .filter((membership) => membership.personId === personId)
      .map(({ collectionId }) => collectionId);
  }

  reference(referenceId: Uuid): StampedReference | undefined {
    return this.references.get(referenceId);
  }

  putReference(reference: StampedReference): void {
    this.references.set(reference.id, reference);
  }

  putChange(change: Change): void {
    this.changes.push(change);
  }

  #rankOf(place: Place): number {
    return this.#memberships.findIndex(
      ({ collectionId, personId }) => collectionId === place.collectionId && personId === place.personId,
    );
  }
}
