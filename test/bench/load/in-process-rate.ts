import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { heapArguments } from '../../../src/adapters/vision/process/settings.ts';

/** Recognition in worker threads of this process, each with a gallery of its own, without HTTP: the yardstick for the service. */
export type InProcessWorkers = AsyncDisposable & {
  /** Photographs a second, all workers together. */
  measure(forMs: number): Promise<number>;
};

export async function startInProcessWorkers(
  workers: number,
  photoPaths: readonly string[],
): Promise<InProcessWorkers> {
  // The threads keep memory as those of the vision process do.
  for (const argument of heapArguments) setFlagsFromString(argument);
  const threads = Array.from(
    { length: workers },
    (_, first) =>
      new Worker(new URL('rate-worker.ts', import.meta.url), { workerData: { photoPaths, first } }),
  );
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  return {
    async measure(forMs) {
      const rates = threads.map(async (thread) => {
        const answer = once(thread, 'message') as Promise<[{ photographs: number; ms: number }]>;
        thread.postMessage(forMs);
        const [{ photographs, ms }] = await answer;
        return (1000 * photographs) / ms;
      });
      return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
