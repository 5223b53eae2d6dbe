import { setImmediate as nextTurn } from 'node:timers/promises';

const inASlice = 1_000;

type Compare<T> = (one: T, other: T) => number;

/** As `toSorted`, stable, but other work is let in between. */
export async function sortInSlices<T>(items: readonly T[], compare: Compare<T>): Promise<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += inASlice) {
    runs.push(items.slice(at, at + inASlice).sort(compare));
    await nextTurn();
  }
  while (runs.length > 1) {
    const longer: T[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      longer.push(await merge(runs[at]!, runs[at + 1] ?? [], compare));
    runs = longer;
  }
  return runs[0] ?? [];
}

async function merge<T>(one: readonly T[], other: readonly T[], compare: Compare<T>): Promise<T[]> {
  const merged: T[] = [];
  let left = 0;
  let right = 0;
  while (left < one.length || right < other.length) {
    const takesLeft =
      right === other.length || (left < one.length && compare(one[left]!, other[right]!) <= 0);
    merged.push(takesLeft ? one[left++]! : other[right++]!);
    if (merged.length % (4 * inASlice) === 0) await nextTurn();
  }
  return merged;
}
