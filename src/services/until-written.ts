import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import type { Log } from '../domain/ports/log.ts';
import { Backoff } from '../primitives/backoff.ts';

const retryMs = { firstMs: 500, maxMs: 30_000 };

/** Makes a write that a full or failing disk refuses again and again, until it is made or the signal fires. */
export async function untilWritten<R>(
  write: () => Promise<R>,
  { signal, log }: { signal: AbortSignal; log: Log },
): Promise<R> {
  const backoff = new Backoff({ ...retryMs, stableMs: 0, now: () => performance.now(), random: Math.random });
  for (let told = false; ; told = true) {
    try {
      return await write();
    } catch (error) {
      const isPassing =
        error instanceof AppError && (error.code === 'storage-full' || error.code === 'storage-failed');
      if (!isPassing || signal.aborted) throw error;
      if (!told) log.warn({ error }, 'The store takes no write; it is tried again');
      await delay(backoff.failed(), undefined, { signal });
    }
  }
}
