import { type Change, encodeChange } from '../../../../domain/change.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { JournalRecords, Place, StampedReference } from '../../../../domain/journal.ts';
import { plainPerson } from '../../../../domain/person-groups.ts';
import type { SyncedMembership, SyncedPerson } from '../../../../domain/synced-records.ts';
import { numberAt, numberBytes, ownUuidBytes, uuidAt } from '../disk/keys.ts';
import { idBytes, memberPrefix, placeKey, referenceKey } from '../disk/record-keys.ts';
import { personRecord, syncedPerson } from '../disk/stamped-records.ts';
import { readable } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import type { AfterCommit } from './after-commit.ts';

/** The journal's records in LMDB. Lives inside of one `Environment.write`; persons who are written go into `after`. */
export class StampedTables implements JournalRecords {
  readonly #tables: Tables;
  readonly #after: AfterCommit[];
  /** Memberships as this write leaves them, by place: an enrolment changes one twice. */
  readonly #memberships = new Map<string, SyncedMembership>();

  constructor(tables: Tables, after: AfterCommit[]) {
    this.#tables = tables;
    this.#after = after;
  }

  person(personId: Uuid): SyncedPerson | undefined {
    const record = readable(() => this.#tables.persons.get(ownUuidBytes(personId)));
    return record && syncedPerson(record);
  }

  putPerson(person: SyncedPerson): void {
    this.#tables.persons.put(ownUuidBytes(person.id), personRecord(person));
    const number = numberBytes(person.number);
    if (!this.#tables.personNumbers.has(number)) this.#tables.personNumbers.put(number, person.id);
    this.#after.push({ kind: 'person', person: plainPerson(person) });
  }

  placesOf(personId: Uuid): Uuid[] {
    return collectionsAmong(this.#tables.places.keys({ prefix: ownUuidBytes(personId) }));
  }

  membership({ collectionId, personId }: Place): SyncedMembership | undefined {
    const changed = this.#memberships.get(`${collectionId} ${personId}`);
    if (changed) return changed;
    const key = placeKey(personId, ownUuidBytes(collectionId));
    const stamps = readable(() => this.#tables.memberStamps.get(key));
    return stamps && { collectionId, personId, ...stamps };
  }

  putMembership(membership: SyncedMembership): void {
    this.#memberships.set(`${membership.collectionId} ${membership.personId}`, membership);
  }

  /** Writes what was held back; to be called when all else is written. */
  finish(): void {
    for (const { collectionId, personId, ...stamps } of this.#memberships.values()) {
      this.#tables.memberStamps.put(placeKey(personId, ownUuidBytes(collectionId)), stamps);
    }
    this.#memberships.clear();
  }

  membershipsOf(personId: Uuid): Uuid[] {
    this.finish();
    return collectionsAmong(this.#tables.memberStamps.keys({ prefix: ownUuidBytes(personId) }));
  }

  reference(referenceId: Uuid): StampedReference | undefined {
    const stamps = readable(() => this.#tables.referenceStamps.get(ownUuidBytes(referenceId)));
    return stamps && { id: referenceId, ...stamps };
  }

  putReference({ id, ...stamps }: StampedReference): void {
    this.#tables.referenceStamps.put(ownUuidBytes(id), stamps);
  }

  referencesOf({ collectionId, personId }: Place): Uuid[] {
    const collection = ownUuidBytes(collectionId);
    const prefix = memberPrefix(collection, personId);
    return Array.from(this.#tables.memberReferences.keys({ prefix }), (key) => {
      const at = referenceKey(collection, numberAt(key, prefix.length));
      return readable(() => this.#tables.references.get(at))?.id;
    }).filter((id) => id !== undefined);
  }

  putChange(change: Change): void {
    const { key, value } = encodeChange(change);
    this.#tables.changes.put(key, value);
  }
}

/** Of keys person‖collection. */
function collectionsAmong(places: Iterable<Buffer>): Uuid[] {
  return Array.from(places, (key) => uuidAt(key, idBytes));
}
