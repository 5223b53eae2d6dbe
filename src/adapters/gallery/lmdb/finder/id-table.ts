import { ownUuidBytes } from '../disk/keys.ts';

/** The sixteen bytes of each of some ids as four numbers in machine order. */
export type IdWords = Uint32Array;

export const wordsAnId = 4;
const chunkBits = 12;
const chunkIds = 2 ** chunkBits;
/** Each part grows on its own, so that growing a large table takes no longer than growing a small one. */
const parts = 256;
const leastPart = 8;
const fullest = 0.75;
/** Parts fill unevenly. */
const roomToSpare = 1.2;

export function wordsOf(id: string): IdWords {
  return new Uint32Array(new Uint8Array(ownUuidBytes(id)).buffer);
}

/** Gives ids small numbers, slots, which begin at 0 and are used again when their id has gone. */
export class IdTable {
  readonly #chunks: Uint32Array[] = [];
  readonly #parts: { slots: Uint32Array; used: number }[] = Array.from({ length: parts }, () => ({
    slots: new Uint32Array(leastPart),
    used: 0,
  }));
  readonly #free: number[] = [];
  #end = 0;

  /** Makes room for so many ids at once, which costs less than growing on the way. */
  expect(ids: number): void {
    const each = (ids * roomToSpare) / parts / fullest;
    for (const part of this.#parts)
      if (part.slots.length < each) this.#grow(part, 2 ** Math.ceil(Math.log2(each)));
  }

  /** The slot of the id at this word, −1 when it has none. */
  find(ids: IdWords, at = 0): number {
    const hash = hashOf(ids, at);
    const { slots } = this.#parts[hash % parts]!;
    return slots[this.#placeFor(hash, slots, { ids, at })]! - 1;
  }

  /** As `find`, but an unknown id gets a slot. */
  intern(ids: IdWords, at = 0): number {
    const hash = hashOf(ids, at);
    const part = this.#parts[hash % parts]!;
    const place = this.#placeFor(hash, part.slots, { ids, at });
    const known = part.slots[place]! - 1;
    if (known >= 0) return known;
    const slot = this.#free.pop() ?? this.#end++;
    this.#write(slot, ids, at);
    part.slots[place] = slot + 1;
    part.used++;
    if (part.used > fullest * part.slots.length) this.#grow(part, 2 * part.slots.length);
    return slot;
  }

  /** Where the id stands among the slots of its part, or the empty place where it would. */
  #placeFor(hash: number, slots: Uint32Array, { ids, at }: { ids: IdWords; at: number }): number {
    let place = placeOf(hash, slots);
    while (slots[place] !== 0 && !this.#isAt(slots[place]! - 1, ids, at))
      place = (place + 1) & (slots.length - 1);
    return place;
  }

  #write(slot: number, ids: IdWords, at: number): void {
    if (slot >>> chunkBits === this.#chunks.length) this.#chunks.push(new Uint32Array(chunkIds * wordsAnId));
    const chunk = this.#chunks[slot >>> chunkBits]!;
    const to = (slot & (chunkIds - 1)) * wordsAnId;
    for (let word = 0; word < wordsAnId; word++) chunk[to + word] = ids[at + word]!;
  }

  remove(slot: number): void {
    const part = this.#parts[this.#hashAt(slot) % parts]!;
    const { slots } = part;
    const mask = slots.length - 1;
    let gap = placeOf(this.#hashAt(slot), slots);
    while (slots[gap] !== slot + 1) gap = (gap + 1) & mask;
    // Those behind the gap move up, unless that would bring them before the place where they are looked for.
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const wanted = placeOf(this.#hashAt(slots[at]! - 1), slots);
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at]!;
      gap = at;
    }
    slots[gap] = 0;
    part.used--;
    this.#free.push(slot);
  }

  #isAt(slot: number, ids: IdWords, at: number): boolean {
    const chunk = this.#chunks[slot >>> chunkBits]!;
    const from = (slot & (chunkIds - 1)) * wordsAnId;
    for (let word = 0; word < wordsAnId; word++) if (chunk[from + word] !== ids[at + word]) return false;
    return true;
  }

  #hashAt(slot: number): number {
    return hashOf(this.#chunks[slot >>> chunkBits]!, (slot & (chunkIds - 1)) * wordsAnId);
  }

  /** To a power of two. */
  #grow(part: { slots: Uint32Array }, length: number): void {
    const larger = new Uint32Array(length);
    for (const taken of part.slots) if (taken !== 0) put(larger, this.#hashAt(taken - 1), taken - 1);
    part.slots = larger;
  }
}

/** All bits of the id count, for those of one device differ in few; the finish is that of MurmurHash3. */
function hashOf(words: Uint32Array, at: number): number {
  let hash = 0;
  for (let word = at; word < at + wordsAnId; word++) {
    hash = Math.imul(hash ^ words[word]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The lowest bits have chosen the part. */
function placeOf(hash: number, slots: Uint32Array): number {
  return (hash >>> 8) & (slots.length - 1);
}

function put(slots: Uint32Array, hash: number, slot: number): void {
  let at = placeOf(hash, slots);
  while (slots[at] !== 0) at = (at + 1) & (slots.length - 1);
  slots[at] = slot + 1;
}
