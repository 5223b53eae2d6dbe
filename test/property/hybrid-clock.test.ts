import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HybridClock, maxAheadMs } from '../../src/primitives/hybrid-clock.ts';
import { compareStamps, type Stamp } from '../../src/primitives/stamp.ts';
import { devices } from '../fixtures/sync/stamps.ts';

type Step = {
  readonly device: number;
  readonly from?: number;
  readonly tickMs: number;
  readonly restart?: true;
};

const device = fc.integer({ min: 0, max: devices.length - 1 });
/** Clocks stand still, run, jump ahead and are set back. */
const tickMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -200_000, max: 200_000 }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ device, tickMs }),
  fc.record({ device, from: device, tickMs }),
  fc.record({ device, restart: fc.constant(true as const), tickMs }),
);

it('each stamp is greater than all that its device gave or let in before, whatever the clocks do', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const times = devices.map(() => 1_000_000);
      const open = (at: number, last?: Stamp) =>
        new HybridClock({ nowMs: () => times[at]!, device: devices[at]!, last });
      const clocks = devices.map((_, at) => open(at));
      const known: Stamp[][] = devices.map(() => []);
      for (const { device: at, from, restart, tickMs: tick } of steps) {
        times[at]! += tick;
        if (restart) clocks[at] = open(at, clocks[at]!.last);
        const sent = from === undefined ? undefined : clocks[from]!.last;
        const given = sent ? [] : [clocks[at]!.next()];
        for (const stamp of given) {
          for (const earlier of known[at]!) expect(compareStamps(stamp, earlier)).toBeGreaterThan(0);
        }
        const seen = sent && clocks[at]!.see(sent);
        if (seen) expect(seen.kind === 'ahead').toBe(sent.ms > times[at]! + maxAheadMs);
        known[at]!.push(...given, ...(seen?.kind === 'seen' ? [sent!] : []));
      }
    }),
    { numRuns: 500 },
  );
});
