import { parentPort, workerData } from 'node:worker_threads';
import { readPhotograph } from '../pictures/photographs.ts';
import { openInProcess } from '../recognise/in-process.ts';

const { photoPaths, first } = workerData as { photoPaths: string[]; first: number };
const photos = photoPaths.map((path) => readPhotograph(path).bytes);
const recognise = await openInProcess();
for (const photo of photos) await recognise(photo);

/** Recognises until the time is over and answers how many photographs that were, and when the last was done. */
async function run(forMs: number): Promise<{ photographs: number; ms: number }> {
  const started = performance.now();
  let photographs = 0;
  while (performance.now() - started < forMs) {
    await recognise(photos[(first + photographs) % photos.length]!);
    photographs++;
  }
  return { photographs, ms: performance.now() - started };
}

parentPort?.on('message', async (forMs: number) => parentPort?.postMessage(await run(forMs)));
parentPort?.postMessage('ready');
