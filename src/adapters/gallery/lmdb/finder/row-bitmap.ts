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
