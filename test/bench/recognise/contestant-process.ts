import { readPhotograph } from '../pictures/photographs.ts';
import { type ContestantName, contestants } from './contestants.ts';

/** What a contestant's process answers to each message: one pass over all photographs. */
export type Pass = { readonly ms: number; readonly faces: readonly number[] };

const [name, ...paths] = process.argv.slice(2);
const photos = paths.map((path) => readPhotograph(path).bytes);
const open = await contestants[name as ContestantName]();
const contestant = await open(photos);

async function pass(): Promise<Pass> {
  const faces: number[] = [];
  const started = performance.now();
  for (const photo of photos) faces.push(await contestant(photo));
  return { ms: performance.now() - started, faces };
}

process.on('message', async () => process.send?.(await pass()));
process.send?.('open');
