import { AppError } from '../../../../domain/errors.ts';
import type { Uuid } from '../../../../domain/gallery.ts';
import type { Environment } from '../disk/environment.ts';
import type { Pictures } from '../disk/pictures.ts';
import type { Finder } from '../finder/finder.ts';
import { follow } from '../finder/follow.ts';
import { Ledger, type LedgerParts } from './ledger.ts';

export type WriterParts = LedgerParts & {
  readonly environment: Environment;
  readonly pictures: Pictures;
  readonly finder: Finder;
  /** Told of pictures that could not be removed; the next start sweeps them. */
  readonly onLeftover: (referenceIds: readonly Uuid[]) => void;
};

/** `whole` is false when a picture was left for the next start to remove. */
export type Committed<R> = { readonly result: R; readonly whole: boolean };

/** Runs writes. Each decides and writes inside one transaction; memory follows its commit, in the order of the commits. */
export class Writer {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Rejects with `BeingCleared` or `StillLeaving` when `decide` meets what is to go before. */
  async commit<R>(decide: (ledger: Ledger) => R): Promise<Committed<R>> {
    const { result, after } = await this.#parts.environment.write(
      () => {
        const ledger = new Ledger(this.#parts);
        const decided = decide(ledger);
        ledger.finish();
        return { result: decided, after: ledger.after };
      },
      (committed) => {
        for (const step of committed.after) follow(this.#parts.finder, step);
      },
    );
    const gone = after.flatMap((step) => (step.kind === 'picture-gone' ? [step.referenceId] : []));
    return { result, whole: await this.removePictures(gone) };
  }

  /** Tells whether all are gone; what is left is told to `onLeftover`. */
  async removePictures(referenceIds: readonly Uuid[]): Promise<boolean> {
    try {
      await this.#parts.pictures.remove(referenceIds);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#parts.onLeftover(referenceIds);
      return false;
    }
  }
}
