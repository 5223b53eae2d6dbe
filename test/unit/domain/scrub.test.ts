import { describe, expect, test } from 'vitest';
import { scrubbedWithinMs, scrubDueAtMs } from '../../../src/domain/scrub.ts';

const hourMs = 3_600_000;
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime();
const due = (removedAtMs: number, nowMs = removedAtMs) => scrubDueAtMs(removedAtMs, { quietHour: 3, nowMs });

describe('the bytes of what was removed go', () => {
  test('in the next quiet hour', () => {
    expect(due(at(5, 2, 59))).toBe(at(5, 3));
    expect(due(at(5, 14))).toBe(at(6, 3));
    expect(due(at(30, 14))).toBe(new Date(2026, 11, 1, 3).getTime());
  });

  test('earlier when that would be later than a day, the work included', () => {
    expect(due(at(5, 3))).toBe(at(5, 3) + scrubbedWithinMs - hourMs);
    expect(due(at(5, 3, 30))).toBe(at(5, 3, 30) + scrubbedWithinMs - hourMs);
    expect(due(at(5, 4))).toBe(at(6, 3));
  });

  test('at once when the clock was set back since', () => {
    expect(due(at(5, 14), at(4, 14))).toBe(at(4, 14));
  });
});
