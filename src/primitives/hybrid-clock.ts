import { compareStamps, maxStampCount, maxStampMs, type Stamp } from './stamp.ts';

/** How far a stamp of another device may be ahead of the local clock. */
export const maxAheadMs = 60_000;

export type HybridClockOptions = {
  /** The local clock, in milliseconds since 1970; it may stand still and be set back. */
  readonly nowMs: () => number;
  /** UUID in lower case; no two devices have the same. */
  readonly device: string;
  /** The greatest stamp that was given or seen before the start. */
  readonly last?: Stamp | undefined;
};

export type Sighting = { readonly kind: 'seen' } | { readonly kind: 'ahead'; readonly aheadMs: number };

/**
 * Gives stamps, each greater than all that it gave or saw before (Kulkarni et al., Logical Physical Clocks, 2014). It
 * runs at the local clock's pace, and ahead of it only after that was set back or by what `see` lets in.
 */
export class HybridClock {
  readonly #nowMs: () => number;
  readonly #device: string;
  #last: Stamp | undefined;

  constructor({ nowMs, device, last }: HybridClockOptions) {
    this.#nowMs = nowMs;
    this.#device = device;
    this.#last = last;
  }

  /** The greatest stamp given or seen; to be kept with what it stands on. */
  get last(): Stamp | undefined {
    return this.#last;
  }

  next(): Stamp {
    this.#last = { ...this.#momentAfter(this.#last), device: this.#device };
    return this.#last;
  }

  /**
   * Lets later stamps be greater than this one. One that is more than `maxAheadMs` ahead of the local clock is refused and
   * changes nothing, so the caller must not take over what bears it; ask only while the local clock is trusted.
   */
  see(stamp: Stamp): Sighting {
    const aheadMs = stamp.ms - this.#nowMs();
    if (aheadMs > maxAheadMs) return { kind: 'ahead', aheadMs };
    if (!this.#last || compareStamps(stamp, this.#last) > 0) this.#last = stamp;
    return { kind: 'seen' };
  }

  #momentAfter(last: Stamp | undefined): { ms: number; count: number } {
    const ms = Math.max(0, Math.floor(this.#nowMs()));
    if (ms > maxStampMs) throw new RangeError('The clock is beyond what a stamp can hold');
    if (!last || ms > last.ms) return { ms, count: 0 };
    if (last.count < maxStampCount) return { ms: last.ms, count: last.count + 1 };
    if (last.ms === maxStampMs) throw new RangeError('No stamp is left after the last one');
    return { ms: last.ms + 1, count: 0 };
  }
}
