import { Worker } from 'node:worker_threads';
import { AppError } from '../../../../domain/errors.ts';
import type { BackupAnswer, BackupAsk, BackupStart } from './backup-wire.ts';
import type { Written } from './written-files.ts';

const module = new URL('./backup-worker.ts', import.meta.url);

export type BackupThreadOptions = Omit<BackupStart, 'stop'> & { readonly signal: AbortSignal };

/** A thread that writes one backup. One thing is asked of it at a time; rejects as `Backups.make` does. */
export class BackupThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #signal: AbortSignal;

  constructor({ signal, ...start }: BackupThreadOptions) {
    this.#worker = new Worker(module, { workerData: { ...start, stop: this.#stop } satisfies BackupStart });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    // Who asks is told; nobody asks in between.
    this.#worker.on('error', () => undefined);
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
  }

  ask(
    kind: Exclude<BackupAsk['kind'], 'close'>,
    onProgress: (bytes: number) => void = () => undefined,
  ): Promise<Written> {
    if (this.#signal.aborted) this.#abort();
    const { promise, resolve, reject } = Promise.withResolvers<Written>();
    const ended = () => reject(new AppError('storage-failed', 'The thread of the backup has ended'));
    const failed = (cause: Error) =>
      reject(new AppError('storage-failed', 'The thread of the backup has failed', { cause }));
    const answered = (answer: BackupAnswer) => {
      if (answer.kind === 'progress') return onProgress(answer.bytes);
      if (answer.kind === 'done') return resolve(answer);
      return reject(new AppError(answer.code, answer.message));
    };
    this.#worker.on('message', answered).once('exit', ended).once('error', failed);
    this.#worker.postMessage({ kind } satisfies BackupAsk);
    return promise.finally(() => {
      this.#worker.off('message', answered).off('exit', ended).off('error', failed);
    });
  }

  /** Resolves when the files are closed, as far as this thread has them open, and it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#worker.postMessage({ kind: 'close' } satisfies BackupAsk);
    await this.#exited;
  }

  readonly #abort = (): void => {
    Atomics.store(this.#stop, 0, 1);
  };
}
