import { readSync, writeSync } from 'node:fs';
import type { Frame } from './frames.ts';
import { bytesOfPrefix, encodeFrame, openFrame, parseHeader, prefixBytes } from './frames.ts';

/**
 * A worker's end of its pipe. It reads and writes with blocking calls: the thread has nothing else to do until a picture
 * comes, and no other thread has to wake it or to pass its answer on. The descriptor outlives the thread, so that a
 * worker that takes its seat finds there what its predecessor had not read.
 */
export class WorkerEnd {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Waits for the next frame; throws when it is none, or the other side has gone. */
  read(): Frame {
    const prefix = Buffer.alloc(prefixBytes);
    this.#fill(prefix);
    const { header, body } = openFrame(bytesOfPrefix(prefix));
    this.#fill(header);
    this.#fill(body);
    return { header: parseHeader(header), body: new Uint8Array(body.buffer) };
  }

  write(message: object): void {
    // In one piece: what a network hands out may be views on memory that it uses again.
    const frame = Buffer.concat(encodeFrame(message));
    for (let at = 0; at < frame.byteLength; ) at += writeSync(this.#descriptor, frame, at);
  }

  #fill(target: Buffer): void {
    for (let at = 0; at < target.byteLength; ) {
      const bytes = readSync(this.#descriptor, target, at, target.byteLength - at, null);
      if (bytes === 0) throw new Error('Main has gone');
      at += bytes;
    }
  }
}
