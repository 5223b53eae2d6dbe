import { setTimeout as delay } from 'node:timers/promises';
import { AppError, toAppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';

const retryAfterSeconds = 2;

/** Which collections are not in memory yet after the start, and who waits for them. */
export class Readiness {
  readonly #patienceMs: number;
  readonly #waiting = new Set<Uuid>();
  #arePersonsKnown = false;
  #failure: AppError | undefined;
  #change = Promise.withResolvers<void>();

  /** Who asks for what is not loaded yet waits so long for it. */
  constructor(patienceMs = 2_000) {
    this.#patienceMs = patienceMs;
  }

  /** Those that cannot be searched yet. */
  get waiting(): Uuid[] {
    return [...this.#waiting];
  }

  expect(collectionId: Uuid): void {
    this.#waiting.add(collectionId);
  }

  loaded(collectionIds: readonly Uuid[]): void {
    for (const id of collectionIds) this.#waiting.delete(id);
    this.#tell();
  }

  personsKnown(): void {
    this.#arePersonsKnown = true;
    this.#tell();
  }

  /** Nothing more will come. */
  fail(error: unknown): void {
    this.#failure = toAppError(error);
    this.#tell();
  }

  /** Resolves when the collections can be searched. Rejects with `starting` when that takes long. */
  async collections(collectionIds: readonly Uuid[]): Promise<void> {
    await this.#wait(() => !collectionIds.some((id) => this.#waiting.has(id)));
  }

  /** As `collections`, and it is known of everybody whether she may be found. */
  async persons(collectionIds: readonly Uuid[]): Promise<void> {
    await this.collections(collectionIds);
    await this.#wait(() => this.#arePersonsKnown);
  }

  async #wait(isThere: () => boolean): Promise<void> {
    if (isThere()) return;
    const patience = new AbortController();
    const end = delay(this.#patienceMs, true, { signal: patience.signal }).catch(() => true);
    try {
      for (let isOver = false; !isThere(); ) {
        if (this.#failure) throw this.#failure;
        if (isOver) throw starting();
        isOver = (await Promise.race([this.#change.promise, end])) === true;
      }
    } finally {
      patience.abort();
    }
  }

  #tell(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

function starting(): AppError {
  return new AppError('starting', 'The collection is being loaded', { details: { retryAfterSeconds } });
}
