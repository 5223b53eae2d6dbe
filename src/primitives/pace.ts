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

  /** Until it is over; 0 when it is. */
  get leftMs(): number {
    return Math.max(0, this.#endMs - performance.now());
  }

  async rest(): Promise<void> {
    await nextTurn();
    this.#endMs = performance.now() + this.#sliceMs;
  }
}
