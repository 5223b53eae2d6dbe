import { AppError } from '../../../../domain/errors.ts';
import type { Log } from '../../../../domain/ports/log.ts';
import type { StoreProblem } from '../../../../domain/store-problem.ts';
import { Backoff } from '../../../../primitives/backoff.ts';
import { nameOfRemoval, type Removal } from './removal.ts';

const retryMs = { firstMs: 1_000, maxMs: 60_000 };

export type RetriesOptions = {
  readonly again: (removal: Removal) => Promise<void>;
  readonly log: Log | undefined;
};

/** Removals that failed: they stand among the store's problems and are tried again, until they succeed. */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #failed = new Map<string, { readonly removal: Removal; readonly message: string }>();
  readonly #backoff = new Backoff({
    ...retryMs,
    stableMs: 0,
    now: () => performance.now(),
    random: Math.random,
  });
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  failed(removal: Removal, error: unknown): void {
    const name = nameOfRemoval(removal);
    const message = messageOf(error);
    if (this.#failed.get(name)?.message !== message) {
      const { kind, collectionId } = removal;
      this.#options.log?.warn({ removal: kind, collection: collectionId, error }, message);
    }
    this.#failed.set(name, { removal, message });
    this.#wait();
  }

  succeeded(name: string): void {
    const failure = this.#failed.get(name);
    if (!failure) return;
    this.#failed.delete(name);
    this.#backoff.succeeded();
    const { kind, collectionId } = failure.removal;
    this.#options.log?.info(
      { removal: kind, collection: collectionId },
      'Removed records are now gone from the disk',
    );
  }

  problems(): StoreProblem[] {
    return Array.from(this.#failed.values(), ({ removal, message }) =>
      removal.kind === 'clearing'
        ? { table: 'collections', key: removal.collectionId, message }
        : { table: 'departures', key: removal.personId, message },
    );
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#stopped || this.#timer) return;
    this.#timer = setTimeout(() => void this.#tryAgain(), this.#backoff.failed()).unref();
  }

  async #tryAgain(): Promise<void> {
    for (const { removal } of [...this.#failed.values()]) {
      await this.#options.again(removal).catch((error) => this.failed(removal, error));
    }
    this.#timer = undefined;
    if (this.#failed.size > 0) this.#wait();
  }
}

function messageOf(error: unknown): string {
  const code = error instanceof AppError ? error.code : 'internal';
  const cure = {
    'storage-full': 'the disk is full: make room',
    'storage-failed': 'the disk cannot be written: see to it',
    'record-corrupt': 'a record is damaged: restore a backup',
  };
  const why = code in cure ? cure[code as keyof typeof cure] : 'of a defect';
  return `Removed records are hidden, but still on the disk (${why}); tried again until they are gone`;
}
