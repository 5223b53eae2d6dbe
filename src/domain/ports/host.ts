/** How late timers fire because the event loop is busy, in milliseconds; below 1 on an idle process. */
export type LoopDelay = { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };

/** What a process knows of itself. Disposing it stops the measuring. */
export interface Host extends Disposable {
  /** Of the time since the last call. */
  takeLoopDelay(): LoopDelay;
  rssBytes(): number;
}
