/** Larger ones are made for each use. */
const bytes = 64 * 1024;

/** Memory for what is used at once: making a buffer of the size of a picture takes longer than filling it. */
export class Scratch {
  readonly #memory = Buffer.allocUnsafeSlow(bytes);

  /** Valid until the next call; what it holds is left from before. */
  take(length: number): Buffer {
    return length <= bytes ? this.#memory.subarray(0, length) : Buffer.allocUnsafe(length);
  }
}
