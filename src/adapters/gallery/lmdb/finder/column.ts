const chunkBits = 14;
const chunkLength = 2 ** chunkBits;

/** Numbers below 2³² by a dense index, in chunks: growing moves nothing, so that no write waits for it. */
export class Column {
  readonly #chunks: Uint32Array[] = [];

  /** 0 where nothing was set. */
  get(at: number): number {
    return this.#chunks[at >>> chunkBits]?.[at & (chunkLength - 1)] ?? 0;
  }

  set(at: number, value: number): void {
    this.#chunkOf(at)[at & (chunkLength - 1)] = value;
  }

  /** Sets neighbours, from `at` on. */
  setAll(at: number, values: Uint32Array): void {
    for (let done = 0; done < values.length; ) {
      const inChunk = (at + done) & (chunkLength - 1);
      const part = values.subarray(done, done + chunkLength - inChunk);
      this.#chunkOf(at + done).set(part, inChunk);
      done += part.length;
    }
  }

  /** Neighbours from `at` on, as far as they lie in one chunk; a multiple of 32 where `at` is one. */
  from(at: number): Uint32Array {
    return this.#chunkOf(at).subarray(at & (chunkLength - 1));
  }

  #chunkOf(at: number): Uint32Array {
    const chunk = at >>> chunkBits;
    while (chunk >= this.#chunks.length) this.#chunks.push(new Uint32Array(chunkLength));
    return this.#chunks[chunk]!;
  }
}
