import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { readError } from '../disk/read-error.ts';
import type { CopyAnswer, CopyAsk, CopyStart } from './copy-wire.ts';
import { FileCopy } from './file-copy.ts';

/** Composition root of a copying thread. */

const port = parentPort!;
const niceness = 10;

function answer(message: CopyAnswer): void {
  port.postMessage(message);
}

// Of this thread alone: Linux counts priorities by thread.
setPriority(0, niceness);
let copy: FileCopy | undefined;

function perform(ask: Exclude<CopyAsk, { kind: 'close' }>): number {
  copy ??= new FileCopy(workerData as CopyStart);
  if (ask.kind === 'bring') return copy.bring(ask.changes);
  copy.copyAll((bytes) => answer({ kind: 'progress', bytes }));
  return 0;
}

port.on('message', (ask: CopyAsk) => {
  if (ask.kind === 'close') {
    port.close();
    void copy?.close();
    return;
  }
  try {
    answer({ kind: 'done', removed: perform(ask) });
  } catch (error) {
    answer(failed(error));
  }
});

function failed(error: unknown): CopyAnswer {
  const { code: number, message: text } = error as { code?: unknown; message?: unknown };
  if (number === 28 || String(text).includes('No space left'))
    return {
      kind: 'failed',
      code: 'storage-full',
      message: 'The disk has no room for the copy of the store',
    };
  const { code, message } = readError(error, 'the store');
  return { kind: 'failed', code, message };
}
