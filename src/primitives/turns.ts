/** Lets what has the same name run one after the other, in the order of asking; other names do not wait. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs when all that asked before under the name has ended; answers and fails as `run` does. */
  async take<R>(name: string, run: () => Promise<R>): Promise<R> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(run, run);
    this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }

  /** As `take`, when all that asked before under one of the names have ended. */
  takeAll<R>(names: Iterable<string>, run: () => Promise<R>): Promise<R> {
    // In one order, so that no two wait for each other.
    const inner = [...new Set(names)]
      .sort()
      .reduceRight<() => Promise<R>>((after, name) => () => this.take(name, after), run);
    return inner();
  }
}
