import { Pace } from '../../../../primitives/pace.ts';
import type { Root } from './open-file.ts';

/** What is decided for one commit takes hardly longer; what waits then has the next. */
const commitMs = 20;

export type CommitsOptions = {
  /** The file that is written to now. */
  readonly root: () => Root;
  /** Decisions, and what follows their commit, hold the event loop no longer than this at a time, but for a single one. */
  readonly turnMs: () => number;
};

type Write = {
  /** Undone when it throws. */
  readonly decide: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
};
type Ended = { readonly write: Write; readonly failure?: { readonly error: unknown } };

/**
 * Deals writes into commits. Those that wait when one begins share it, as many as a turn of the event loop has time for;
 * mostly the next turn is that of the next commit, and others are served while the one before gets to the disk. Who comes
 * between two turns of one commit reads what was committed before.
 */
export class Commits {
  readonly #options: CommitsOptions;
  readonly #waiting: Write[] = [];
  /** Not told yet how they ended. */
  readonly #ended: Ended[] = [];
  #isTurnAsked = false;
  /** Whether this turn of the event loop has had one of these. */
  #isTurnTaken = false;
  #isTelling = false;
  /** When the first decision of the open commit was made. */
  #beganMs: number | undefined;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /**
   * In the order of asking. `decide` is undone when it throws, and `committed` called with what it gave when that is on the
   * disk, before any later write's; then the promise resolves. Rejects with what `decide` threw or what lmdb says of a
   * commit that failed.
   */
  run<R>(decide: () => R, committed: (result: R) => void): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      let result: R;
      this.#waiting.push({
        decide: () => {
          result = decide();
        },
        committed: () => {
          committed(result);
          resolve(result);
        },
        failed: reject,
      });
      this.#askForTurn();
    });
  }

  #askForTurn(): void {
    if (this.#isTurnAsked || this.#isTurnTaken || this.#waiting.length === 0 || this.#isFull) return;
    this.#isTurnAsked = true;
    void this.#takeTurn();
  }

  get #isFull(): boolean {
    return this.#beganMs !== undefined && performance.now() - this.#beganMs > commitMs;
  }

  async #takeTurn(): Promise<void> {
    const root = this.#options.root();
    const decided: Ended[] = [];
    let isTaken = false;
    try {
      await root.transaction(() => {
        isTaken = true;
        this.#decide(root, decided);
      });
      this.#ended.push(...decided);
    } catch (error) {
      // A commit that could not even begin has had no turn.
      if (!isTaken) this.#isTurnAsked = false;
      const writes = isTaken ? decided.map(({ write }) => write) : this.#waiting.splice(0);
      this.#ended.push(...writes.map((write) => ({ write, failure: { error } })));
    }
    this.#beganMs = undefined;
    this.#askForTurn();
    await this.#tell();
  }

  #decide(root: Root, decided: Ended[]): void {
    this.#isTurnAsked = false;
    this.#isTurnTaken = true;
    setImmediate(() => {
      this.#isTurnTaken = false;
      this.#askForTurn();
    });
    const pace = new Pace(this.#options.turnMs());
    this.#beganMs ??= performance.now();
    for (let write = this.#waiting.shift(); write; write = pace.isOver ? undefined : this.#waiting.shift()) {
      try {
        void root.childTransaction(write.decide);
        decided.push({ write });
      } catch (error) {
        // Told after the commit, too: it may rest on what others have written in it.
        decided.push({ write, failure: { error } });
      }
    }
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const pace = new Pace(this.#options.turnMs());
    for (let ended = this.#ended.shift(); ended; ended = this.#ended.shift()) {
      tell(ended);
      if (pace.isOver) await pace.rest();
    }
    this.#isTelling = false;
  }
}

function tell({ write, failure }: Ended): void {
  if (failure) {
    write.failed(failure.error);
    return;
  }
  try {
    write.committed();
  } catch (error) {
    write.failed(error);
  }
}
