import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimHeap } from '../../../native/pixels/binding.ts';

/** The process's resident size without what is only waiting to be collected. */
export function settledBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  trimHeap();
  return process.memoryUsage.rss();
}
