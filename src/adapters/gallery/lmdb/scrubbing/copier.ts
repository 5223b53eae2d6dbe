import { Worker } from 'node:worker_threads';
import { AppError } from '../../../../domain/errors.ts';
import type { ChangedKeys } from '../disk/changes.ts';
import type { CopyAnswer, CopyAsk, CopyStart } from './copy-wire.ts';

const module = new URL('./copy-worker.ts', import.meta.url);

export type CopierOptions = Pick<CopyStart, 'from' | 'to'> & { readonly signal?: AbortSignal | undefined };

/** A thread that copies one file into another. One thing is asked of it at a time. */
export class Copier {
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #signal: AbortSignal | undefined;

  constructor({ from, to, signal }: CopierOptions) {
    const start: CopyStart = { from, to, stop: this.#stop };
    this.#worker = new Worker(module, { workerData: start });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    // Who asks is told; nobody asks in between.
    this.#worker.on('error', () => undefined);
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
  }

  /** Rejects with `cancelled`, `storage-full`, `storage-failed`, `record-corrupt`. */
  async copyAll(onProgress: (bytes: number) => void): Promise<void> {
    await this.#ask({ kind: 'copy' }, onProgress);
  }

  /** Makes these records of the copy what they are now, synced when it resolves; tells how many were taken out again. */
  bring(changes: readonly ChangedKeys[]): Promise<number> {
    return this.#ask({ kind: 'bring', changes });
  }

  /** Closes both files, as far as this thread has them open, and resolves when the thread has ended. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#worker.postMessage({ kind: 'close' } satisfies CopyAsk);
    await this.#exited;
  }

  readonly #abort = (): void => {
    Atomics.store(this.#stop, 0, 1);
  };

  #ask(ask: CopyAsk, onProgress: (bytes: number) => void = () => undefined): Promise<number> {
    if (this.#signal?.aborted) this.#abort();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const ended = () => reject(new AppError('storage-failed', 'The copying thread has ended'));
    const failed = (cause: Error) =>
      reject(new AppError('storage-failed', 'The copying thread has failed', { cause }));
    const answered = (answer: CopyAnswer) => {
      if (answer.kind === 'progress') return onProgress(answer.bytes);
      if (answer.kind === 'done') return resolve(answer.removed);
      return reject(new AppError(answer.code, answer.message));
    };
    this.#worker.on('message', answered).once('exit', ended).once('error', failed);
    this.#worker.postMessage(ask);
    return promise.finally(() => {
      this.#worker.off('message', answered).off('exit', ended).off('error', failed);
    });
  }
}
