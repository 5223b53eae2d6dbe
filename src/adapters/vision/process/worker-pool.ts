import { Worker } from 'node:worker_threads';
import { AppError } from '../../../domain/errors.ts';
import { type Priority, priorities, type VisionModels } from '../../../domain/ports/vision.ts';
import { BoundedPriorityQueue } from '../../../primitives/bounded-priority-queue.ts';
import type { Frame } from './frames.ts';
import { toWireError, type WireError } from './messages.ts';
import type { FromWorker, ToWorker } from './serve-analyser.ts';
import type { AnalyserSettings } from './settings.ts';

export type PoolOptions = {
  readonly workers: number;
  readonly module: URL;
  readonly settings: AnalyserSettings;
  readonly deadlineMs: number;
  /** How many jobs may wait for a worker. */
  readonly room: number;
  /** The first worker is ready. */
  readonly onReady: (models: VisionModels) => void;
  /** Takes an answer away; the worker that gave it gets its next job when this resolves. */
  readonly onAnswer: (frame: Uint8Array) => Promise<void>;
  readonly onRefusal: (id: number, error: WireError) => void;
  /** A worker could not start, or cannot be ended: the process is of no use any more. */
  readonly onBroken: (error: WireError) => void;
  readonly log: (line: string) => void;
};

/** Work for a worker; `frame` is given away with it. */
export type Job = { readonly id: number; readonly priority: Priority; readonly frame: Frame };
type WaitingJob = Job & { readonly since: number };

/** A thread, and what it does. */
type Seat = {
  readonly worker: Worker;
  /** `leaving`: its job was answered for it, and it is being ended. */
  state: 'starting' | 'idle' | 'busy' | 'leaving';
  job?: Job;
  deadline?: NodeJS.Timeout;
  /** What it threw and nobody caught. */
  failure?: unknown;
};

const terminateMs = 1000;

/** Worker threads that share the work, one job each at a time. Each job is answered once, whatever its worker does. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #waiting: BoundedPriorityQueue<WaitingJob>;
  readonly #waitingById = new Map<number, WaitingJob>();
  readonly #seats = new Set<Seat>();
  #wasReady = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#waiting = new BoundedPriorityQueue({ capacity: options.room, priorities: priorities.length });
    for (let index = 0; index < options.workers; index += 1) this.#open();
  }

  submit(job: Job): void {
    const waiting = { ...job, since: performance.now() };
    if (!this.#waiting.push(waiting, priorities.indexOf(job.priority))) {
      throw new RangeError('More work was sent than there is room for');
    }
    this.#waitingById.set(job.id, waiting);
    this.#assign();
  }

  /** Does nothing when the job was answered already. */
  cancel(id: number): void {
    const waiting = this.#waitingById.get(id);
    if (waiting !== undefined) {
      this.#waiting.remove(waiting);
      this.#waitingById.delete(id);
      this.#options.onRefusal(id, toWireError(new AppError('cancelled', 'The caller has gone')));
      return;
    }
    for (const seat of this.#seats) if (seat.job?.id === id) tell(seat, { type: 'cancel', id });
  }

  #open(): void {
    const worker = new Worker(this.#options.module, { workerData: this.#options.settings });
    const seat: Seat = { worker, state: 'starting' };
    this.#seats.add(seat);
    worker.on('message', (message: FromWorker) => this.#hear(seat, message));
    worker.on('error', (error) => {
      seat.failure = error;
    });
    worker.on('exit', () => this.#lose(seat));
  }

  #hear(seat: Seat, message: FromWorker): void {
    if (message.type === 'answered') void this.#finish(seat, message.frame);
    else if (message.type === 'failed') this.#options.onBroken(message.error);
    else {
      seat.state = 'idle';
      if (!this.#wasReady) this.#options.onReady(message.models);
      this.#wasReady = true;
      this.#assign();
    }
  }

  #assign(): void {
    for (const seat of this.#seats) {
      if (seat.state !== 'idle') continue;
      const job = this.#waiting.take();
      if (job === undefined) return;
      this.#waitingById.delete(job.id);
      seat.state = 'busy';
      seat.job = job;
      seat.deadline = setTimeout(() => void this.#giveUp(seat), this.#options.deadlineMs);
      const work: ToWorker = { type: 'work', frame: job.frame, waitedMs: performance.now() - job.since };
      tell(seat, work, [job.frame.body.buffer]);
    }
  }

  async #finish(seat: Seat, frame: Uint8Array): Promise<void> {
    if (seat.state !== 'busy') return;
    this.#free(seat);
    await this.#options.onAnswer(frame);
    if (seat.state !== 'busy') return;
    seat.state = 'idle';
    this.#assign();
  }

  /** Ends a worker that is over its time; a native call can hold its thread, and then only the process can end. */
  async #giveUp(seat: Seat): Promise<void> {
    const { deadlineMs, log, onBroken } = this.#options;
    log(`A picture took longer than ${deadlineMs} ms; its worker is replaced`);
    seat.state = 'leaving';
    this.#refuseJob(seat, 'The picture took too long');
    const stuck = setTimeout(() => {
      onBroken(
        toWireError(new AppError('internal', 'A worker is held by a native call and cannot be ended')),
      );
    }, terminateMs);
    await seat.worker.terminate();
    clearTimeout(stuck);
  }

  /** The thread has ended: wanted or not, another takes its seat, unless it never got as far as to be ready. */
  #lose(seat: Seat): void {
    this.#seats.delete(seat);
    const { state, failure: cause } = seat;
    if (state === 'starting') {
      const error = new AppError('internal', 'A worker ended before it was ready', { cause });
      this.#options.onBroken(toWireError(error));
      return;
    }
    if (state !== 'leaving') this.#options.log(`A worker crashed: ${inOneLine(cause)}`);
    this.#refuseJob(seat, 'The worker crashed');
    this.#open();
  }

  #refuseJob(seat: Seat, message: string): void {
    const id = seat.job?.id;
    this.#free(seat);
    if (id === undefined) return;
    const error = new AppError('vision-down', message, { details: { retryAfterSeconds: 1 } });
    this.#options.onRefusal(id, toWireError(error));
  }

  #free(seat: Seat): void {
    clearTimeout(seat.deadline);
    delete seat.deadline;
    delete seat.job;
  }
}

function tell(seat: Seat, message: ToWorker, transfer: ArrayBuffer[] = []): void {
  seat.worker.postMessage(message, transfer);
}

function inOneLine(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' | ');
}
