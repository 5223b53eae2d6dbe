import { expect, it } from 'vitest';
import { onwardClock } from '../../../src/primitives/onward-clock.ts';

function open(seen = 0) {
  const clock = { nowMs: 1_000, seenMs: seen, runningMs: 0 };
  const { nowMs, seenMs, runningMs } = {
    nowMs: () => clock.nowMs,
    seenMs: () => clock.seenMs,
    runningMs: () => clock.runningMs,
  };
  return { clock, latestMs: onwardClock({ nowMs, seenMs, runningMs }) };
}

it('a time that goes on is the local clock’s, whatever runs beside it', () => {
  const { clock, latestMs } = open();
  expect(latestMs()).toBe(1_000);
  Object.assign(clock, { nowMs: 2_000, runningMs: 900 });
  expect(latestMs()).toBe(2_000);
});

it('it does not go back with the local clock, but runs on until that has caught up', () => {
  const { clock, latestMs } = open();
  latestMs();
  Object.assign(clock, { nowMs: 10, runningMs: 5.5 });
  expect(latestMs()).toBe(1_005);
  while (clock.runningMs < 20) {
    clock.runningMs += 0.25;
    latestMs();
  }
  clock.runningMs = 20.5;
  expect(latestMs()).toBe(1_020);
  Object.assign(clock, { nowMs: 1_100, runningMs: 30 });
  expect(latestMs()).toBe(1_100);
});

it('it begins at the greatest time that was seen before, and follows what is seen', () => {
  const { clock, latestMs } = open(5_000);
  expect(latestMs()).toBe(5_000);
  clock.runningMs = 10;
  expect(latestMs()).toBe(5_010);
  clock.seenMs = 9_000;
  expect(latestMs()).toBe(9_000);
});
