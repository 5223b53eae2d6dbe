export type BackoffOptions = {
  /** The second delay in a row; the first is always 0. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** Who ran well for so long starts again from the first delay. */
  readonly stableMs: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** 0 to below 1. */
  readonly random: () => number;
};

/** How long to wait before something that failed is tried again: at once, then doubling, half of it by chance. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;
  #wellSinceMs: number | undefined;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Notes that it runs well from now on. */
  succeeded(): void {
    this.#wellSinceMs = this.#options.now();
  }

  /** Notes a failure and gives the milliseconds to wait before the next try. */
  failed(): number {
    const { firstMs, maxMs, stableMs, now, random } = this.#options;
    if (this.#wellSinceMs !== undefined && now() - this.#wellSinceMs >= stableMs) this.#failures = 0;
    this.#wellSinceMs = undefined;
    this.#failures += 1;
    if (this.#failures === 1) return 0;
    const fullMs = Math.min(maxMs, firstMs * 2 ** (this.#failures - 2));
    return fullMs * (0.5 + random() / 2);
  }
}
