import { AppError } from '../domain/errors.ts';
import type { Stage, StageTimes } from '../domain/face.ts';

/** Measures what each stage of one picture takes, and stops before the next one when the caller has gone. */
export type StageClock = {
  /** Rejects with `cancelled` instead of beginning when the signal has fired. */
  run<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  times(): StageTimes;
};

export function startStageClock(signal?: AbortSignal): StageClock {
  const times: { [stage in Stage]?: number } = {};
  return {
    async run(stage, work) {
      if (signal?.aborted) throw new AppError('cancelled', 'The caller has gone', { cause: signal.reason });
      const startedAt = performance.now();
      const result = await work();
      times[stage] = (times[stage] ?? 0) + performance.now() - startedAt;
      return result;
    },
    times: () => times,
  };
}
