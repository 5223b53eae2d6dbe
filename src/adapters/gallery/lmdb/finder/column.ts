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
    const chunk = at >>> chunkBits;
    while (chunk >= this.#chunks.length) this.#chunks.push(new Uint32Array(chunkLength));
    this.#chunks[chunk]![at & (chunkLength - 1)] = value;
  }
}
