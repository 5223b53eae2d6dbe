import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets long work on the event loop give others their turn: `if (pace.isOver) await pace.rest()` at each step. */
export class Pace {
  readonly #sliceMs: number;
  #endMs: number;

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
    this.#endMs = performance.now() + sliceMs;
  }

  get isOver(): boolean {
    return performance.now() > this.#endMs;
  }

  async rest(): Promise<void> {
    await nextTurn();
    this.#endMs = performance.now() + this.#sliceMs;
  }
}
