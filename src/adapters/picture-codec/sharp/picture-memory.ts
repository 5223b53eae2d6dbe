/** Larger pictures are rare, and their memory is not kept. */
const mostBytesKept = 24 * 2 ** 20;

/** Memory for the pixels of one picture after the other: to have pages afresh takes a quarter of a decoding. */
export class PictureMemory {
  #spare = new ArrayBuffer(0);

  /** So many bytes, of any content. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#spare.byteLength < bytes) return new Uint8Array(bytes);
    const pixels = new Uint8Array(this.#spare, 0, bytes);
    this.#spare = new ArrayBuffer(0);
    return pixels;
  }

  /** The bytes are detached: whoever still looks at them sees none, never those of the next picture. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    const isWorthKeeping = buffer.byteLength > this.#spare.byteLength && buffer.byteLength <= mostBytesKept;
    if (isWorthKeeping) this.#spare = buffer.transfer();
    else buffer.transfer(0);
  }
}
