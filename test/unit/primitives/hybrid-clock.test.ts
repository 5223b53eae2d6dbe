import { describe, expect, test } from 'vitest';
import { HybridClock, maxAheadMs } from '../../../src/primitives/hybrid-clock.ts';
import { compareStamps, maxStampCount, maxStampMs, type Stamp } from '../../../src/primitives/stamp.ts';
import { devices, stampOf } from '../../fixtures/sync/stamps.ts';

function clockAt(time: { ms: number }, last?: Stamp) {
  return new HybridClock({ nowMs: () => time.ms, device: devices[0], last });
}

describe('a hybrid clock', () => {
  test('runs with the local clock, and counts while it stands still', () => {
    const time = { ms: 1000.7 };
    const clock = clockAt(time);
    expect([clock.next(), clock.next()]).toEqual([stampOf(1000), stampOf(1000, 0, 1)]);
    time.ms = 1001;
    expect(clock.next()).toEqual(stampOf(1001));
    expect(clock.last).toEqual(stampOf(1001));
  });

  test('goes on upwards when the local clock is set back, also over a restart', () => {
    const time = { ms: 5000 };
    const clock = clockAt(time);
    clock.next();
    time.ms = -3600_000;
    expect(clock.next()).toEqual(stampOf(5000, 0, 1));
    expect(clockAt(time, clock.last).next()).toEqual(stampOf(5000, 0, 2));
  });

  test('borrows from the next millisecond when one is full', () => {
    const clock = clockAt({ ms: 0 }, stampOf(7, 0, maxStampCount));
    expect(clock.next()).toEqual(stampOf(8, 0, 0));
  });

  test('gives greater stamps than all that it has seen, whatever their device', () => {
    const clock = clockAt({ ms: 1000 });
    expect(clock.see(stampOf(1500, 2, 3))).toEqual({ kind: 'seen' });
    expect(clock.next()).toEqual(stampOf(1500, 0, 4));
    expect(clock.see(stampOf(400, 2))).toEqual({ kind: 'seen' });
    expect(clock.next()).toEqual(stampOf(1500, 0, 5));
  });

  test('refuses what is more than a minute ahead, and is not moved by it', () => {
    const clock = clockAt({ ms: 1000 });
    const aheadMs = maxAheadMs + 1;
    expect(clock.see(stampOf(1000 + aheadMs, 1))).toEqual({ kind: 'ahead', aheadMs });
    expect(clock.next()).toEqual(stampOf(1000));
    expect(clock.see(stampOf(1000 + maxAheadMs, 1))).toEqual({ kind: 'seen' });
    expect(compareStamps(clock.next(), stampOf(1000 + maxAheadMs, 1))).toBeGreaterThan(0);
  });

  test('says when its bits have come to an end', () => {
    expect(() => clockAt({ ms: maxStampMs + 1 }).next()).toThrow(RangeError);
    expect(() => clockAt({ ms: 0 }, stampOf(maxStampMs, 0, maxStampCount)).next()).toThrow(RangeError);
  });
});
