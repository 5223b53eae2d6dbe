const atPipe = 0;
const closed = -1;

/**
 * Which piece of work a worker is at, for whoever may have to end it; by its memory both threads hold it. A worker that
 * is ended must not be at its pipe, where it could leave half a frame: on its way back there it passes here, and finds the
 * way closed.
 */
export class Turnstile {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** The piece of work that the worker is at; `undefined` while it is at its pipe. */
  get current(): number | undefined {
    const state = Atomics.load(this.#state, 0);
    return state > 0 ? state : undefined;
  }

  /** The worker has read a piece of work; ids are above 0 and below 2³¹. */
  toWork(id: number): void {
    Atomics.store(this.#state, 0, id);
  }

  /** The worker has done it and wants to answer; where the way is closed it stands here until it is ended. */
  toPipe(id: number): void {
    const was = Atomics.compareExchange(this.#state, 0, id, atPipe);
    if (was === closed) Atomics.wait(this.#state, 0, closed);
  }

  /** Closes the way back from that piece of work; false when the worker has gone back before. */
  close(id: number): boolean {
    return Atomics.compareExchange(this.#state, 0, id, closed) === id;
  }
}
