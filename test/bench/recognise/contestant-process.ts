import { readPhotograph } from '../pictures/photographs.ts';
import { type ContestantName, contestants } from './contestants.ts';

/** What a contestant's process answers to each message: one pass over all photographs. */
export type Pass = {
  readonly ms: number;
  /** Of all threads of the process. */
  readonly cpuMs: number;
  readonly faces: readonly number[];
};

const [name, ...paths] = process.argv.slice(2);
const photos = paths.map((path) => readPhotograph(path).bytes);
const open = await contestants[name as ContestantName]();
const contestant = await open(photos);

async function pass(): Promise<Pass> {
  const faces: number[] = [];
  const startedCpu = process.cpuUsage();
  const started = performance.now();
  for (const photo of photos) faces.push(await contestant(photo));
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(startedCpu);
  return { ms, cpuMs: (user + system) / 1000, faces };
}

process.on('message', async () => process.send?.(await pass()));
process.send?.('open');
