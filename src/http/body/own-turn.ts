import { setImmediate as nextTurn } from 'node:timers/promises';

/** The event loop is the process's, so this is too. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that is given to nobody else who waits here. What takes some milliseconds begins
 * with it, so that the work of many requests does not add up to one long turn.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => nextTurn());
  return last;
}
