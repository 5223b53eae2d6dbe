import { HybridClock } from '../../../../primitives/hybrid-clock.ts';
import { storedStamp } from './stamped-records.ts';
import type { StoreState } from './tables.ts';

/** A clock whose stamps are greater than all that the store has given or seen. */
export function clockOf({ device, lastStamp }: StoreState, nowMs: () => number): HybridClock {
  const last = lastStamp === undefined ? undefined : storedStamp(lastStamp);
  return new HybridClock({ nowMs, device, last });
}
