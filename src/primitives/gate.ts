/** Lets work through at any number at once, and can hold back what comes. */
export class Gate {
  readonly #running = new Set<Promise<unknown>>();
  #held: Promise<void> | undefined;

  /** Runs at once, or in the order of asking when what holds it back has been released. */
  async pass<R>(work: () => Promise<R>): Promise<R> {
    while (this.#held) await this.#held;
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when all that is through now has ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** Holds back what comes from now on; resolves when what was through has ended. Nothing passes before the release. */
  async hold(): Promise<{ release(): void }> {
    while (this.#held) await this.#held;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    await this.settled();
    return {
      release: () => {
        if (this.#held === promise) this.#held = undefined;
        resolve();
      },
    };
  }
}
