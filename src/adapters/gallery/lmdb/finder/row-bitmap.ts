/** A set of rows, one bit each; row 0 is the lowest bit of the first word. */
export class RowBitmap {
  #words = new Uint32Array(4);

  get words(): Uint32Array {
    return this.#words;
  }

  add(row: number): void {
    const word = row >>> 5;
    if (word >= this.#words.length) this.#grow(word + 1);
    this.#words[word]! |= 1 << (row & 31);
  }

  /** Adds those of neighbours whose kind is wanted, which is a 1 by their kind; the first row is a multiple of 32. */
  addKinds(first: number, kinds: Uint32Array, wanted: Uint8Array): void {
    const lastWord = (first + kinds.length - 1) >>> 5;
    if (lastWord >= this.#words.length) this.#grow(lastWord + 1);
    for (let at = 0; at < kinds.length; ) {
      const word = (first + at) >>> 5;
      let bits = 0;
      for (const end = Math.min(kinds.length, at + 32); at < end; at++) {
        const kind = kinds[at]!;
        if (kind < wanted.length) bits |= wanted[kind]! << at;
      }
      this.#words[word]! |= bits;
    }
  }

  remove(row: number): void {
    const word = row >>> 5;
    if (word < this.#words.length) this.#words[word]! &= ~(1 << (row & 31));
  }

  #grow(least: number): void {
    const larger = new Uint32Array(Math.max(least, 2 * this.#words.length));
    larger.set(this.#words);
    this.#words = larger;
  }
}
