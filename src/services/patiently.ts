import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from '../primitives/backoff.ts';

/** How something that fails in passing is tried again: at once, then ever later, for so long in all. */
export type Patience = { readonly firstMs: number; readonly maxMs: number; readonly totalMs: number };

export type PatienceParts = {
  readonly patience: Patience;
  /** Whether it may go well if it is tried again. */
  readonly isPassing: (error: unknown) => boolean;
  readonly signal: AbortSignal;
  /** Called once for a failure that is waited out. */
  readonly onWait?: (error: unknown) => void;
};

/** What `run` answers, which is tried again while it fails in passing; its last failure when the patience is over. */
export async function patiently<R>(
  run: () => Promise<R>,
  { patience: { totalMs, ...waits }, isPassing, signal, onWait }: PatienceParts,
): Promise<R> {
  const now = () => performance.now();
  const backoff = new Backoff({ ...waits, stableMs: Number.POSITIVE_INFINITY, now, random: Math.random });
  const untilMs = now() + totalMs;
  for (let isTold = false; ; isTold = true) {
    try {
      return await run();
    } catch (error) {
      const waitMs = backoff.failed();
      if (signal.aborted || !isPassing(error) || now() + waitMs > untilMs) throw error;
      if (!isTold) onWait?.(error);
      await delay(waitMs, undefined, { signal });
    }
  }
}
