/** The time now, and a time that never goes back. Milliseconds since 1970. */
export type Moments = {
  /** The local clock, which may be set back. What has not begun is judged by it. */
  readonly nowMs: () => number;
  /** What has ended is judged by it, and does not begin again when the local clock is set back. */
  readonly latestMs: () => number;
};

export type OnwardClockOptions = {
  readonly nowMs: () => number;
  /** The greatest time that is kept; it may grow. */
  readonly seenMs: () => number;
  /** A clock that nobody sets, from any beginning; the process's own when absent. */
  readonly runningMs?: (() => number) | undefined;
};

/**
 * While the local clock is behind the greatest time that was seen, that time runs on by itself. What is given out to end
 * after a while is to be counted from this time too: then it neither ends at once nor stays for ever.
 */
export function onwardClock({
  nowMs,
  seenMs,
  runningMs = () => performance.now(),
}: OnwardClockOptions): () => number {
  let base = Math.max(nowMs(), seenMs());
  let sinceMs = runningMs();
  return () => {
    const running = runningMs();
    const known = Math.max(nowMs(), seenMs());
    if (known > base + running - sinceMs) {
      base = known;
      sinceMs = running;
    }
    return Math.floor(base + running - sinceMs);
  };
}
