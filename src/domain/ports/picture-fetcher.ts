/** Brings pictures from the addresses that callers name. */
export interface PictureFetcher {
  /**
   * The bytes that lie there, whole. `url-refused` when the operator allows no such address, whatever it leads to;
   * `url-failed` when nothing came of it in time; `too-large` with `details.maxBytes`; `unsupported-media` when it says to
   * be no picture; `overloaded` when too many are on their way; `cancelled`. What it says is not told to the caller.
   */
  fetch(url: string, signal: AbortSignal): Promise<Uint8Array>;
}
