import { setTimeout as delay } from 'node:timers/promises';
import { type AppError, type ErrorCode, toAppError } from '../domain/errors.ts';
import type { Vision } from '../domain/ports/vision.ts';

export type OneOfManyParts = { readonly vision: Pick<Vision, 'ready'>; readonly signal: AbortSignal };

/** Errors that are no fault of one picture or person: whatever comes next would fail too. */
const ofAll: ReadonlySet<ErrorCode> = new Set([
  ...(['storage-full', 'storage-failed', 'cancelled', 'internal'] as const),
  ...(['collection-unknown', 'model-missing', 'model-unmeasured', 'template-mismatch'] as const),
]);
/** The engine is started again within seconds, and collections are loaded by and by. */
const passing: ReadonlySet<ErrorCode> = new Set(['overloaded', 'starting', 'vision-down']);
const retryMs = 1_000;
const mostFalls = 3;

/**
 * What `run` answers, which enrols one of many; or the error that is this one's alone, so that the others can follow. It
 * waits as long as the engine or the collection is not ready. Rejects with what is no fault of the one.
 */
export async function oneOfMany<R>(
  run: () => Promise<R>,
  { vision, signal }: OneOfManyParts,
): Promise<R | AppError> {
  for (let falls = 0; ; ) {
    try {
      return await run();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (signal.aborted || ofAll.has(error.code)) throw thrown;
      // A picture that brings the engine down each time must not keep the others waiting.
      if (!passing.has(error.code) || (error.code === 'vision-down' && ++falls === mostFalls)) return error;
      await delay(retryMs, undefined, { signal });
      await vision.ready(signal);
    }
  }
}
