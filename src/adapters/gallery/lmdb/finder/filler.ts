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
import type { Arena } from './arena.ts';
import { wordsAnId } from './id-table.ts';
import type { People } from './people.ts';
import type { RowBatch } from './row-batch.ts';

export type FillerParts = {
  readonly people: People;
  /** The small number of a collection. */
  readonly slotOf: (collectionId: Uuid) => number;
  /** `undefined` for a model that the store does not know. */
  readonly arenaOf: (modelId: string) => Arena | undefined;
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

  constructor(parts: FillerParts) {
    this.#parts = parts;
  }

  /** Takes the rows of a pack, none of which is in memory. False when some are not what the index takes: they are left out. */
  take(pack: number, payload: Buffer): boolean {
    let areTaken = true;
    for (const group of codeGroups(payload)) areTaken = this.#takeGroup(pack, payload, group) && areTaken;
    return areTaken;
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
