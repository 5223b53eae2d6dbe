import type { Tables } from './tables.ts';

/** What is numbered one after the other. */
export type Series = 'events' | 'jobs' | 'audit' | 'cameras' | 'camera-groups';

/** The next number of a series, from 1: never given again, also when what bore it is gone. Inside of a write only. */
export function nextNumber({ series }: Pick<Tables, 'series'>, name: Series): number {
  const key = Buffer.from(name);
  const next = (series.get(key) ?? 0) + 1;
  series.put(key, next);
  return next;
}
