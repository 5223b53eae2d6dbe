import type { PacksRead } from '../../../../../native/packs/binding.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import {
  type CodeGroup,
  codeGroups,
  headOf,
  isHead,
  modelOf,
  numberIn,
  packSize,
} from '../disk/code-packs.ts';
import { uuidAt } from '../disk/keys.ts';
import { idBytes } from '../disk/record-keys.ts';
import type { StoredPacks } from '../disk/stored-packs.ts';
import type { Arena } from './arena.ts';
import { wordsAnId } from './id-table.ts';
import type { People } from './people.ts';
import { mostRows, type RowBatch } from './row-batch.ts';

/** Of one batch; where more are met, it ends. */
const mostCollections = 64;

export type FillerParts = {
  readonly people: People;
  /** The small number of a collection. */
  readonly slotOf: (collectionId: Uuid) => number;
  /** `undefined` for a model that the store does not know. */
  readonly arenaOf: (modelId: string) => Arena | undefined;
};

export type PackRange = {
  /** The first pack. */
  readonly from: number;
  /** The pack behind the last. */
  readonly before: number;
  /** After so long no more is read. */
  readonly milliseconds: number;
};

/** Where rows of one model and one collection go. */
type Filling = { readonly arena: Arena; readonly batch: RowBatch; readonly slot: number };

/** Brings the codes of packs into memory, many at once. Between its last `take` and `flush` nothing else may happen. */
export class Filler {
  readonly #parts: FillerParts;
  /** By the heads of groups. */
  readonly #fillings = new Map<string, Filling>();
  readonly #batches = new Map<Arena, RowBatch>();
  #last: { readonly head: Buffer; readonly filling: Filling } | undefined;
  /** Of one group. */
  readonly #ids = new Uint32Array(packSize * wordsAnId);
  readonly #idBytes = new Uint8Array(this.#ids.buffer);
  /** By collection. */
  readonly #taken: number[] = [];
  /** Of the rows of a batch, as `PackColumns` has them. */
  readonly #runs = {
    persons: new Uint8Array(mostRows * idBytes),
    runCollections: new Uint32Array(mostRows),
    runRows: new Uint32Array(mostRows),
    collections: Buffer.alloc(mostCollections * idBytes),
  };
  readonly #runIds = new Uint32Array(this.#runs.persons.buffer);

  constructor(parts: FillerParts) {
    this.#parts = parts;
  }

  /** Takes the rows of a pack, none of which is in memory. False when some are not what the index takes: they are left out. */
  take(pack: number, payload: Buffer): boolean {
    let areTaken = true;
    for (const group of codeGroups(payload)) areTaken = this.#takeGroup(pack, payload, group) && areTaken;
    return areTaken;
  }

  /**
   * As `take`, for as many packs of a range as are whole and of one model, and lets them be found. Answers the pack to go on
   * with: where it is the first, that is to be taken by itself. Knows the model from what was taken before.
   */
  takeRange(packs: StoredPacks, range: PackRange): number {
    if (!this.#last) return range.from;
    const { head, filling } = this.#last;
    const { arena, batch } = filling;
    if (batch.count > 0) arena.addAll(batch);
    const { codeBytes, room } = batch;
    const model = head.subarray(0, head.length - idBytes);
    const read = packs.read({ ...range, model, codeBytes }, { ...room, ...this.#runs });
    this.#placeRuns(read, room);
    batch.count = read.rows;
    if (batch.count > 0) arena.addAll(batch);
    return read.next;
  }

  #placeRuns({ runs, collections }: PacksRead, room: RowBatch['room']): void {
    const { runCollections, runRows } = this.#runs;
    const { persons, collections: inCollections } = room;
    const slots = Array.from({ length: collections }, (_, at) =>
      this.#parts.slotOf(uuidAt(this.#runs.collections, at * idBytes)),
    );
    for (let run = 0, row = 0; run < runs; run++) {
      const slot = slots[runCollections[run]!]!;
      const rows = runRows[run]!;
      const person = this.#parts.people.addRows(slot, { ids: this.#runIds, at: run * wordsAnId, rows });
      this.#taken[slot] = (this.#taken[slot] ?? 0) + rows;
      for (const end = row + rows; row < end; row++) {
        persons[row] = person;
        inCollections[row] = slot;
      }
    }
  }

  /** To be told how many rows will come, once the first are taken; with 0, that no more do. */
  expect(rows: number): void {
    this.#last?.filling.arena.expect(rows);
  }

  /** How many rows of a collection were taken. */
  rowsOf(collectionId: Uuid): number {
    return this.#taken[this.#parts.slotOf(collectionId)] ?? 0;
  }

  /** Lets all that was taken be found. */
  flush(): void {
    for (const [arena, batch] of this.#batches) if (batch.count > 0) arena.addAll(batch);
  }

  #takeGroup(pack: number, payload: Buffer, group: CodeGroup): boolean {
    const filling = this.#fillingFor(payload, group);
    if (!filling) return false;
    const { arena, batch, slot } = filling;
    const { count, placesAt, personsAt, codesAt, end } = group;
    if (!batch.hasRoom(count)) arena.addAll(batch);
    if (!batch.takeCodes(payload, { from: codesAt, to: end, rows: count })) return false;
    this.#taken[slot] = (this.#taken[slot] ?? 0) + count;
    payload.copy(this.#idBytes, 0, personsAt, codesAt);
    // Neighbours are often of one person.
    for (let from = 0, to = 1; from < count; from = to++) {
      while (to < count && this.#isAsBefore(to)) to++;
      const person = this.#parts.people.addRows(slot, {
        ids: this.#ids,
        at: from * wordsAnId,
        rows: to - from,
      });
      for (let at = from; at < to; at++) batch.push(numberIn(pack, payload[placesAt + at]!), person, slot);
    }
    return true;
  }

  /** Neighbours are mostly of one collection. */
  #fillingFor(payload: Buffer, group: CodeGroup): Filling | undefined {
    if (this.#last && isHead(this.#last.head, payload, group)) return this.#last.filling;
    const head = headOf(payload, group);
    const name = head.toString('latin1');
    const filling = this.#fillings.get(name) ?? this.#begin(payload, group, name);
    if (filling) this.#last = { head, filling };
    return filling;
  }

  #begin(payload: Buffer, group: CodeGroup, name: string): Filling | undefined {
    const arena = this.#parts.arenaOf(modelOf(payload, group));
    if (!arena) return undefined;
    const batch = this.#batches.get(arena) ?? arena.batch();
    this.#batches.set(arena, batch);
    const filling = { arena, batch, slot: this.#parts.slotOf(uuidAt(payload, group.collectionAt)) };
    this.#fillings.set(name, filling);
    return filling;
  }

  /** Whether the id of a row is that of the row before it. */
  #isAsBefore(at: number): boolean {
    for (let word = at * wordsAnId; word < (at + 1) * wordsAnId; word++) {
      if (this.#ids[word] !== this.#ids[word - wordsAnId]) return false;
    }
    return true;
  }
}
