import { Worker } from 'node:worker_threads';
import { AppError } from '../../../domain/errors.ts';
import type { VisionModels } from '../../../domain/ports/vision.ts';
import { toWireError, type WireError } from './messages.ts';
import type { FromWorker, ToWorker, WorkerStart } from './serve-analyser.ts';
import { type AnalyserSettings, firstLanePipe } from './settings.ts';
import { Turnstile } from './turnstile.ts';

export type SeatsOptions = {
  readonly workers: number;
  readonly module: URL;
  readonly settings: AnalyserSettings;
  /** The worker of a lane takes work from now on. */
  readonly onReady: (lane: number, models: VisionModels) => void;
  /** The worker of a lane crashed in that piece of work. */
  readonly onLost: (lane: number, id: number) => void;
  /** A worker could not start, or cannot be ended: the process is of no use any more. */
  readonly onBroken: (error: WireError) => void;
  readonly log: (line: string) => void;
};

/** A thread and its lane. */
type Seat = {
  readonly lane: number;
  readonly worker: Worker;
  readonly turnstile: Turnstile;
  /** Known once it is ready. */
  models?: VisionModels;
  isLeaving: boolean;
  /** What it threw and nobody caught. */
  failure?: unknown;
};

const terminateMs = 1000;

/** A worker thread for each lane. Workers speak to main over their lanes; here they are started, replaced and watched. */
export class WorkerSeats {
  readonly #options: SeatsOptions;
  readonly #seats: Seat[];

  constructor(options: SeatsOptions) {
    this.#options = options;
    this.#seats = Array.from({ length: options.workers }, (_, lane) => this.#open(lane));
  }

  /** Tells the worker of a lane that nobody waits for this piece of work. */
  cancel(lane: number, id: number): void {
    this.#seats[lane]?.worker.postMessage({ type: 'cancel', id } satisfies ToWorker);
  }

  /**
   * Ends the worker of a lane if it still is at that piece of work. A native call can hold its thread, and then only the
   * process can end.
   */
  async replace(lane: number, id: number): Promise<void> {
    const seat = this.#seats[lane];
    const { onReady, onBroken, log } = this.#options;
    if (seat?.models === undefined || seat.isLeaving) return;
    if (!seat.turnstile.close(id)) return onReady(lane, seat.models);
    seat.isLeaving = true;
    log('A picture took too long; its worker is replaced');
    const held = () => onBroken(broken('A worker is held by a native call and cannot be ended'));
    const stuck = setTimeout(held, terminateMs);
    await seat.worker.terminate();
    clearTimeout(stuck);
  }

  #open(lane: number): Seat {
    const turnstile = new Turnstile();
    const { settings, module } = this.#options;
    const start: WorkerStart = { settings, descriptor: firstLanePipe + lane, turnstile: turnstile.memory };
    const worker = new Worker(module, { workerData: start });
    const seat: Seat = { lane, worker, turnstile, isLeaving: false };
    worker.on('message', (message: FromWorker) => this.#hear(seat, message));
    worker.on('error', (error) => {
      seat.failure = error;
    });
    worker.on('exit', () => this.#lose(seat));
    return seat;
  }

  #hear(seat: Seat, message: FromWorker): void {
    if (message.type === 'failed') {
      this.#options.onBroken(message.error);
      return;
    }
    seat.models = message.models;
    this.#options.onReady(seat.lane, message.models);
  }

  /** The thread has ended: another takes its seat, unless it was never ready, or may have left half a frame behind. */
  #lose(seat: Seat): void {
    const { lane, failure: cause, models, isLeaving } = seat;
    const { onBroken, onLost, log } = this.#options;
    const id = seat.turnstile.current;
    if (!isLeaving && models) log(`A worker crashed: ${inOneLine(cause)}`);
    if (!models) onBroken(broken('A worker ended before it was ready', cause));
    else if (!isLeaving && id === undefined) onBroken(broken('A worker ended at its pipe', cause));
    else {
      if (id !== undefined) onLost(lane, id);
      this.#seats[lane] = this.#open(lane);
    }
  }
}

function broken(message: string, cause?: unknown): WireError {
  return toWireError(new AppError('internal', message, { cause }));
}

function inOneLine(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' | ');
}
