import { AppError } from '../../domain/errors.ts';
import { type Priority, priorities } from '../../domain/ports/vision.ts';
import { BoundedPriorityQueue } from '../../primitives/bounded-priority-queue.ts';

export type DeskOptions = {
  /** How many requests may wait. */
  readonly capacity: number;
  /** How many bytes of pictures may wait; one request alone may be larger. */
  readonly maxBytes: number;
};

/** What is asked of the desk: `run` does the work once its turn has come, and should end early when its signal fires. */
export type DeskRequest<T> = {
  readonly priority: Priority;
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly run: (signal: AbortSignal, waitedMs: number) => Promise<T>;
};

type Ticket = {
  readonly bytes: number;
  readonly start: () => Promise<unknown>;
  readonly refuse: (error: AppError) => void;
};

/** The weight of the latest request in the running mean of their durations. */
const latestWeight = 0.2;

/**
 * Where requests for vision are accepted: a bounded queue, most urgent first, in front of a number of places. A
 * request that finds the queue full, or whose caller leaves, ends at once; its place in the queue is free at once too,
 * and its place at work as soon as the work has ended.
 */
export class RequestDesk {
  readonly #options: DeskOptions;
  readonly #waiting: BoundedPriorityQueue<Ticket>;
  readonly #running = new Set<Ticket>();
  #waitingBytes = 0;
  #places = 0;
  #meanMs = 0;
  #refusal: (() => AppError) | undefined;

  /** A new desk is closed. */
  constructor(options: DeskOptions, refusal: () => AppError) {
    this.#options = options;
    this.#waiting = new BoundedPriorityQueue({ capacity: options.capacity, priorities: priorities.length });
    this.#refusal = refusal;
  }

  get queued(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Accepts requests from now on, and works on so many at a time. */
  open(places: number): void {
    this.#places = places;
    this.#refusal = undefined;
    this.#startNext();
  }

  /** Refuses those at work; who waits or comes keeps a place in the queue until the desk opens or closes. */
  pause(refusal: () => AppError): void {
    this.#places = 0;
    for (const ticket of this.#running) ticket.refuse(refusal());
  }

  /** Refuses everybody: those at work, those who wait, and those who come before it opens again. */
  close(refusal: () => AppError): void {
    this.#refusal = refusal;
    for (const ticket of this.#running) ticket.refuse(refusal());
    for (let ticket = this.#waiting.take(); ticket !== undefined; ticket = this.#waiting.take()) {
      ticket.refuse(refusal());
    }
    this.#waitingBytes = 0;
  }

  /** Settles as `run` does; rejects early with `overloaded`, `cancelled` or the desk's refusal. */
  ask<T>(request: DeskRequest<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { bytes, priority, signal, run } = request;
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal());
    if (signal?.aborted === true) return Promise.reject(cancelled());
    const leaving = new AbortController();
    const askedAt = performance.now();
    const refuse = (error: AppError) => {
      reject(error);
      leaving.abort();
    };
    const start = () => {
      const work = run(leaving.signal, performance.now() - askedAt);
      work.then(resolve, reject);
      return work;
    };
    const ticket: Ticket = { bytes, start, refuse };
    if (!this.#hasRoomFor(bytes) || !this.#waiting.push(ticket, priorities.indexOf(priority))) {
      return Promise.reject(this.#overloaded());
    }
    this.#waitingBytes += bytes;
    const leave = () => {
      if (this.#waiting.remove(ticket)) this.#waitingBytes -= bytes;
      refuse(cancelled());
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.#startNext();
    return promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#waitingBytes === 0 || this.#waitingBytes + bytes <= this.#options.maxBytes;
  }

  #startNext(): void {
    while (this.#refusal === undefined && this.#running.size < this.#places) {
      const ticket = this.#waiting.take();
      if (ticket === undefined) return;
      this.#waitingBytes -= ticket.bytes;
      this.#running.add(ticket);
      const startedAt = performance.now();
      const ended = () => {
        this.#running.delete(ticket);
        const tookMs = performance.now() - startedAt;
        this.#meanMs = this.#meanMs === 0 ? tookMs : this.#meanMs + latestWeight * (tookMs - this.#meanMs);
        this.#startNext();
      };
      ticket.start().then(ended, ended);
    }
  }

  /** The queue is empty after (waiting + running) · mean duration / places, by Little's law. */
  #overloaded(): AppError {
    const ahead = this.#waiting.size + this.#running.size;
    const emptyAfterMs = (ahead * this.#meanMs) / Math.max(1, this.#places);
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil(emptyAfterMs / 1000)));
    return new AppError('overloaded', `Too many pictures are waiting; try again in ${retryAfterSeconds} s`, {
      details: { retryAfterSeconds, queued: this.#waiting.size },
    });
  }
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The caller has gone');
}
