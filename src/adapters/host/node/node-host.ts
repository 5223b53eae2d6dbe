import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Host } from '../../../domain/ports/host.ts';

/** Coarser sampling measures itself: an idle process reads 13 ms at a resolution of 10. */
const samplingMs = 1;

/** Measures the process that it is opened in. */
export function openNodeHost(): Host {
  const histogram = monitorEventLoopDelay({ resolution: samplingMs });
  histogram.enable();
  return {
    takeLoopDelay() {
      const delay = {
        p50Ms: toMs(histogram.percentile(50)),
        p99Ms: toMs(histogram.percentile(99)),
        maxMs: toMs(histogram.max),
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

function toMs(nanoseconds: number): number {
  return nanoseconds / 1e6;
}
