import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ChangedEntity, encodeChange } from '../../../../domain/change.ts';
import type { Person, Uuid } from '../../../../domain/gallery.ts';
import { stampedPerson } from '../../../../domain/person-groups.ts';
import type { HybridClock } from '../../../../primitives/hybrid-clock.ts';
import { compareStamps, type Stamp, stampText } from '../../../../primitives/stamp.ts';
import { numberBytes, ownUuidBytes, uuidAt } from './keys.ts';
import { idBytes, placeKey, referenceKey } from './record-keys.ts';
import { type CollectionRecord, personRecord, type TombstoneRecord } from './stamped-records.ts';
import { clockOf } from './store-clock.ts';
import { type Entry, readable, type Table } from './table.ts';
import { type StoreParts, stateKey, type Tables } from './tables.ts';

const recordsInASlice = 200;

/** What the first version wrote. */
type Unstamped<V> = Omit<V, 'stamps' | 'stamp'>;

/**
 * Brings a store to version 3: all records get stamps of the time when they were made, and each is noted as a change.
 * What a stop has cut short is taken up again: records that have stamps keep them.
 */
export async function stampFirstRecords({ environment, tables, nowMs }: StoreParts): Promise<void> {
  await environment.write(() => {
    const state = tables.meta.get(stateKey)!;
    tables.meta.put(stateKey, { ...state, device: state.device ?? randomUUID() });
  });
  const first = new FirstStamps(tables, clockOf(tables.meta.get(stateKey)!, nowMs));
  const inSlices = async <V>(table: Table<V>, stamp: (entry: Entry<V>) => void) => {
    for (let after: Buffer | undefined; ; await nextTurn()) {
      const page = [...table.sealedEntries({ ...(after && { after }), limit: recordsInASlice })];
      await environment.write(() => {
        for (const { key, open } of page) {
          // A damaged one is told of when all are read.
          const value = readable(open);
          if (value !== undefined) stamp({ key, value });
        }
        first.saveClock();
      });
      after = page.at(-1)?.key;
      if (page.length < recordsInASlice) return;
    }
  };
  await inSlices(tables.collections, (entry) => first.collection(entry));
  await inSlices(tables.persons, (entry) => first.person(entry));
  await inSlices(tables.places, (entry) => first.membership(entry));
  await inSlices(tables.referenceNumbers, (entry) => first.reference(entry));
  await inSlices(tables.tombstones, (entry) => first.tombstone(entry));
}

/** Gives each record its first stamps. Inside of a write only. */
class FirstStamps {
  readonly #tables: Tables;
  readonly #clock: HybridClock;
  readonly #device: Uuid;

  constructor(tables: Tables, clock: HybridClock) {
    this.#tables = tables;
    this.#clock = clock;
    this.#device = tables.meta.get(stateKey)!.device;
  }

  collection({ key, value }: Entry<Unstamped<CollectionRecord>>): void {
    if ('stamps' in value) return;
    const made = stampText(this.#at(value.createdAtMs));
    const now = stampText(this.#clock.next());
    const cleared = value.clearing && value.clearing !== 'members with references' && { cleared: now };
    const removed = value.clearing === 'the collection' && { removed: now };
    const stamps = { slug: made, named: made, ...cleared, ...removed };
    if (removed) this.#tables.formerCollections.put(key, { ...value, stamps });
    this.#tables.collections.put(key, { ...value, stamps });
    this.#note(value.id, 'collection', value.id);
  }

  person({ key, value }: Entry<Person>): void {
    if ('stamps' in value) return;
    this.#tables.persons.put(key, personRecord(stampedPerson(value, this.#at(value.createdAtMs))));
    for (const place of this.#tables.places.keys({ prefix: key })) {
      this.#note(uuidAt(place, idBytes), 'person', value.id);
    }
  }

  /** By place, her key there. */
  membership({ key: place, value: wanted }: Entry<string>): void {
    if (this.#tables.memberStamps.has(place)) return;
    const person = readable(() => this.#tables.persons.get(place.subarray(0, idBytes)));
    const added = this.#at(person?.createdAtMs ?? 0);
    this.#tables.memberStamps.put(place, { added, key: { wanted, moves: 0, stamp: added } });
    this.#note(uuidAt(place, idBytes), 'membership', uuidAt(place));
  }

  /** By id, its number. */
  reference({ key, value: number }: Entry<number>): void {
    const { templates, references, referenceStamps, memberStamps, referenceNumbers } = this.#tables;
    referenceNumbers.remove(key);
    const row = readable(() => templates.get(numberBytes(number)));
    if (!row) return;
    const { personId, collectionId } = row;
    const collection = ownUuidBytes(collectionId);
    const record = readable(() => references.get(referenceKey(collection, number)));
    const placed = this.#at(record?.createdAtMs ?? 0);
    const stamps = { collectionId, personId, number, numberMoves: 0, created: placed, placed };
    referenceStamps.put(key, stamps);
    this.#note(collectionId, 'reference', uuidAt(key));
    const place = placeKey(personId, collection);
    const member = memberStamps.get(place);
    if (member && compareStamps(member.added, placed) < 0) {
      memberStamps.put(place, { ...member, added: placed });
    }
  }

  tombstone({ key, value }: Entry<Unstamped<TombstoneRecord>>): void {
    if ('stamp' in value) return;
    const tombstone = value as TombstoneRecord;
    const atMs = tombstone.kind === 'erased' ? tombstone.receipt.hiddenAtMs : tombstone.atMs;
    // Not noted: where she had been is not known, and no other device has ever heard of her.
    this.#tables.tombstones.put(key, { ...tombstone, stamp: stampText(this.#at(atMs)) });
  }

  saveClock(): void {
    const { last } = this.#clock;
    const state = this.#tables.meta.get(stateKey)!;
    if (last) this.#tables.meta.put(stateKey, { ...state, lastStamp: stampText(last) });
  }

  #at(ms: number): Stamp {
    return { ms, count: 0, device: this.#device };
  }

  #note(collectionId: Uuid, entity: ChangedEntity, id: Uuid): void {
    const { key, value } = encodeChange({ stamp: this.#clock.next(), collectionId, entity, id });
    this.#tables.changes.put(key, value);
  }
}
