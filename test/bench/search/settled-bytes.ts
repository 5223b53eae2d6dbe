import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimHeap } from '../../../native/yardstick/binding.ts';

/** The process's resident size without what is only waiting to be collected. */
export async function settledBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What an addon holds is freed in a turn after its object was collected.
  for (let round = 0; round < 3; round++) {
    collect();
    await nextTurn();
  }
  trimHeap();
  return process.memoryUsage.rss();
}
