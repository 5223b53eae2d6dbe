import type { JobProgress } from './job.ts';

export type ScrubWish = {
  /** Files in which nothing was removed since the last time too; passed over when absent. */
  readonly evenClean?: boolean;
  readonly signal?: AbortSignal;
  /** In bytes. */
  readonly onProgress?: (progress: JobProgress) => void;
};

/** What a scrub has done. */
export type Scrubbed = {
  readonly scrubbedAtMs: number;
  /** Whose receipts it has completed. */
  readonly erasures: number;
  /** What the files took before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The longest that writes had to wait. */
  readonly heldMs: number;
};

const hourMs = 3_600_000;
/** At most so long after a removal its bytes are in no file any more. */
export const scrubbedWithinMs = 24 * hourMs;
/** What a scrub may take of that. */
const atWorkMs = hourMs;

/**
 * When a scrub should begin for something that was removed then: in the first quiet hour after it, of the box's own time
 * zone, and in time for the promise of a day. A removal in the future, after a clock was set back, is due at once.
 */
export function scrubDueAtMs(
  removedAtMs: number,
  { quietHour, nowMs }: { quietHour: number; nowMs: number },
): number {
  if (removedAtMs > nowMs) return nowMs;
  const quiet = new Date(removedAtMs);
  quiet.setHours(quietHour, 0, 0, 0);
  if (quiet.getTime() <= removedAtMs) quiet.setDate(quiet.getDate() + 1);
  return Math.min(quiet.getTime(), removedAtMs + scrubbedWithinMs - atWorkMs);
}
