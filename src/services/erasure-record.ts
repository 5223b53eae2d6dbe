import { AppError } from '../domain/errors.ts';
import type { ErasureList } from '../domain/ports/backup.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { Log } from '../domain/ports/log.ts';
import type { StoreProblem } from '../domain/store-problem.ts';
import { withOwn } from '../primitives/with-own.ts';

/** Keeps the list of erasures beside the backups, so that none of them brings an erased person back. */
export interface ErasureRecord {
  /** The same gallery; an erasure is on the list when it is answered. */
  readonly gallery: Gallery;
  /** Brings those on the list who are missing there. Rejects as the list does. */
  complete(): Promise<void>;
  /** What operators should see to: erasures that could not be written to the list. */
  problems(): StoreProblem[];
}

export type ErasureRecordParts = {
  readonly gallery: Gallery;
  readonly list: ErasureList;
  readonly log: Log;
};

export function createErasureRecord({ gallery, list, log }: ErasureRecordParts): ErasureRecord {
  let failure: AppError | undefined;
  const complete = async () => {
    await list.add([]);
    for await (const erased of gallery.listErasures()) await list.add(erased);
    failure = undefined;
  };
  return {
    complete,
    gallery: withOwn<Gallery>(gallery, {
      async erase(personId) {
        const receipt = await gallery.erase(personId);
        try {
          // Also those who had become one with her: in a backup made before they are somebody still.
          await complete();
        } catch (error) {
          // She is erased all the same, and must hear so; the next erasure, backup or start completes the list.
          failure = error instanceof AppError ? error : new AppError('internal', 'Unexpected failure');
          log.warn({ error }, 'An erasure could not be written to the list beside the backups');
        }
        return receipt;
      },
    }),
    problems() {
      if (!failure) return [];
      const message = `Erasures are missing in the list beside the backups (${failure.message}); tried again at the next erasure, backup or start`;
      return [{ table: 'erasure-list', key: 'erasures', message }];
    },
  };
}
