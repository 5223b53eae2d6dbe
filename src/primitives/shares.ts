/** A place in a share: `done` gives it back, and tells how long the work took. */
export type Place = { done(tookMs: number): void };

/** How much the last work counts in what the next is expected to take. */
const weight = 0.1;
const firstGuessMs = 0.5;

/**
 * Deals work that others do in one go into shares of a length: whoever asks for a place waits when the share that is open
 * is full, and gets one in the next when all of it is done. How much fits is learnt from how long work took.
 */
export class Shares {
  readonly #shareMs: number;
  readonly #waiting: (() => void)[] = [];
  #expectedMs = firstGuessMs;
  #open = 0;

  constructor(shareMs: number) {
    this.#shareMs = shareMs;
  }

  /** In the order of asking. */
  async enter(): Promise<Place> {
    if (this.#waiting.length > 0 || !this.#fits) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else this.#open++;
    let isDone = false;
    return {
      done: (tookMs) => {
        if (isDone) return;
        isDone = true;
        this.#expectedMs += weight * (Math.min(tookMs, this.#shareMs) - this.#expectedMs);
        if (--this.#open === 0) this.#next();
      },
    };
  }

  get #fits(): boolean {
    return this.#open === 0 || (this.#open + 1) * this.#expectedMs <= this.#shareMs;
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#fits) {
      this.#open++;
      this.#waiting.shift()!();
    }
  }
}
