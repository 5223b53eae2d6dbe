import type { Uuid } from '../../../../domain/gallery.ts';
import { type CodeGroup, numberIn, packSize } from '../disk/code-packs.ts';
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

type Filling = { readonly arena: Arena; readonly batch: RowBatch };

/** Brings the codes of packs into memory, many at once. Between its last `take` and `flush` nothing else may happen. */
export class Filler {
  readonly #parts: FillerParts;
  /** By embedding model. */
  readonly #fillings = new Map<string, Filling>();
  /** Of one group. */
  readonly #ids = new Uint32Array(packSize * wordsAnId);
  readonly #idBytes = new Uint8Array(this.#ids.buffer);
  /** By collection. */
  readonly #taken: number[] = [];
  /** Neighbours are mostly of one collection, and often of one person. */
  #lastCollection = { bytes: Buffer.alloc(0), slot: 0 };

  constructor(parts: FillerParts) {
    this.#parts = parts;
  }

  /** Takes the rows of a pack, none of which is in memory. False when some are not what the index takes: they are left out. */
  take(pack: number, groups: readonly CodeGroup[]): boolean {
    let areTaken = true;
    for (const group of groups) areTaken = this.#takeGroup(pack, group) && areTaken;
    return areTaken;
  }

  /** How many rows of a collection were taken. */
  rowsOf(collectionId: Uuid): number {
    return this.#taken[this.#parts.slotOf(collectionId)] ?? 0;
  }

  /** Lets all that was taken be found. */
  flush(): void {
    for (const { arena, batch } of this.#fillings.values()) if (batch.count > 0) arena.addAll(batch);
  }

  #takeGroup(pack: number, { modelId, collection, places, persons, codes }: CodeGroup): boolean {
    const filling = this.#fillings.get(modelId) ?? this.#begin(modelId);
    if (!filling) return false;
    const { arena, batch } = filling;
    if (!batch.hasRoom(places.length)) arena.addAll(batch);
    if (!batch.takeCodes(codes, places.length)) return false;
    const slot = this.#slotAt(collection);
    this.#taken[slot] = (this.#taken[slot] ?? 0) + places.length;
    this.#idBytes.set(persons);
    let person = 0;
    for (let at = 0; at < places.length; at++) {
      if (at > 0 && this.#isAsBefore(at)) this.#parts.people.addRowOf(person, slot);
      else person = this.#parts.people.addRow(slot, this.#ids, at * wordsAnId);
      batch.push(numberIn(pack, places[at]!), person, slot);
    }
    return true;
  }

  #begin(modelId: string): Filling | undefined {
    const arena = this.#parts.arenaOf(modelId);
    if (!arena) return undefined;
    const filling = { arena, batch: arena.batch() };
    this.#fillings.set(modelId, filling);
    return filling;
  }

  #slotAt(collection: Buffer): number {
    if (!collection.equals(this.#lastCollection.bytes)) {
      const slot = this.#parts.slotOf(uuidAt(collection));
      this.#lastCollection = { bytes: Buffer.from(collection), slot };
    }
    return this.#lastCollection.slot;
  }

  /** Whether the id of a row is that of the row before it. */
  #isAsBefore(at: number): boolean {
    for (let word = at * wordsAnId; word < (at + 1) * wordsAnId; word++) {
      if (this.#ids[word] !== this.#ids[word - wordsAnId]) return false;
    }
    return true;
  }
}
