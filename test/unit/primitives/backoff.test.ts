import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/primitives/backoff.ts';

function backoffAt(clock: { ms: number }, random = () => 1) {
  return new Backoff({ firstMs: 100, maxMs: 1000, stableMs: 5000, now: () => clock.ms, random });
}

describe('Backoff', () => {
  it('tries again at once, then waits twice as long each time up to the longest wait', () => {
    const backoff = backoffAt({ ms: 0 });
    const waits = Array.from({ length: 7 }, () => backoff.failed());
    expect(waits).toEqual([0, 100, 200, 400, 800, 1000, 1000]);
  });

  it('leaves half of each wait to chance', () => {
    const backoff = backoffAt({ ms: 0 }, () => 0);
    expect([backoff.failed(), backoff.failed(), backoff.failed()]).toEqual([0, 50, 100]);
  });

  it('starts anew after it ran well for long enough', () => {
    const clock = { ms: 0 };
    const backoff = backoffAt(clock);
    backoff.failed();
    backoff.failed();
    backoff.succeeded();
    clock.ms = 5000;
    expect(backoff.failed()).toBe(0);
  });

  it('goes on where it was after it ran well only shortly', () => {
    const clock = { ms: 0 };
    const backoff = backoffAt(clock);
    backoff.failed();
    backoff.failed();
    backoff.succeeded();
    clock.ms = 4999;
    expect(backoff.failed()).toBe(200);
  });

  it('counts the time it ran well only up to the next failure', () => {
    const clock = { ms: 0 };
    const backoff = backoffAt(clock);
    backoff.succeeded();
    backoff.failed();
    clock.ms = 60_000;
    expect(backoff.failed()).toBe(100);
  });
});
