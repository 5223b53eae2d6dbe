import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { readError } from '../disk/read-error.ts';
import type { BackupAnswer, BackupAsk, BackupStart } from './backup-wire.ts';
import { type Written, WrittenFiles } from './written-files.ts';

/** Composition root of a thread that writes a backup. */

const port = parentPort!;
const niceness = 10;

function answer(message: BackupAnswer): void {
  port.postMessage(message);
}

// Of this thread alone: Linux counts priorities by thread.
setPriority(0, niceness);
let files: WrittenFiles | undefined;

function perform(kind: Exclude<BackupAsk['kind'], 'close'>): Written {
  files ??= new WrittenFiles(workerData as BackupStart);
  if (kind === 'write') return files.write((bytes) => answer({ kind: 'progress', bytes }));
  if (kind === 'take') files.take();
  return { bytes: 0, records: 0 };
}

port.on('message', ({ kind }: BackupAsk) => {
  if (kind === 'close') {
    port.close();
    void files?.close();
    return;
  }
  try {
    answer({ kind: 'done', ...perform(kind) });
  } catch (error) {
    const { code, message } = readError(error, 'the store');
    answer({ kind: 'failed', code, message });
  }
});
