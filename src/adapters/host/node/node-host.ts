import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Host } from '../../../domain/ports/host.ts';

/** Each sample wakes the process: a sample a millisecond takes 3.5 % of a core, one in twenty 0.4 %. */
const samplingMs = 20;

/** Measures the process that it is opened in. */
export function openNodeHost(): Host {
  const histogram = monitorEventLoopDelay({ resolution: samplingMs });
  histogram.enable();
  return {
    takeLoopDelay() {
      const delay = {
        p50Ms: toDelayMs(histogram.percentile(50)),
        p99Ms: toDelayMs(histogram.percentile(99)),
        maxMs: toDelayMs(histogram.max),
      };
      histogram.reset();
      return delay;
    },
    rssBytes: () => process.memoryUsage.rss(),
    [Symbol.dispose]: () => {
      histogram.disable();
    },
  };
}

/** The histogram has the time between two samples, of which what is over the interval is the delay. */
function toDelayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - samplingMs);
}
