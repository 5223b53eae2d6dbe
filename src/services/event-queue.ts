import { setTimeout as delay } from 'node:timers/promises';
import { toAppError } from '../domain/errors.ts';
import type { NewEvent } from '../domain/event.ts';
import type { Log } from '../domain/ports/log.ts';
import { Backoff } from '../primitives/backoff.ts';
import { Turns } from '../primitives/turns.ts';

type Gap = NonNullable<NewEvent['gap']>;

export type EventQueueParts = {
  readonly write: (events: readonly NewEvent[]) => Promise<unknown>;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly limits?: EventQueueLimits;
};

export type EventQueueLimits = {
  /** Events that may wait; more are dropped. */
  readonly capacity: number;
  /** Events in one write: the event loop waits for it. */
  readonly atOnce: number;
  /** How long the first event waits for others, so that they share a write. */
  readonly gatherMs: number;
  /** The first wait after a write that failed twice, and the longest. */
  readonly retryMs: { readonly firstMs: number; readonly maxMs: number };
};

const usualLimits: EventQueueLimits = {
  capacity: 4_096,
  atOnce: 32,
  gatherMs: 200,
  retryMs: { firstMs: 500, maxMs: 30_000 },
};

/**
 * Takes events at any rate and writes them in groups. When it is full it drops what comes, and leaves a gap event that
 * tells how many and when.
 */
export class EventQueue {
  readonly #parts: EventQueueParts;
  readonly #limits: EventQueueLimits;
  readonly #backoff: Backoff;
  readonly #waiting: NewEvent[] = [];
  readonly #turns = new Turns();
  #gap: Gap | undefined;
  #dropped = 0;
  #draining: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(parts: EventQueueParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? usualLimits;
    const random = Math.random;
    this.#backoff = new Backoff({
      ...this.#limits.retryMs,
      stableMs: 0,
      now: () => performance.now(),
      random,
    });
  }

  /** Never waits, never throws. */
  offer(event: NewEvent): void {
    if (this.#waiting.length >= this.#limits.capacity) this.#drop(event.atMs);
    else this.#waiting.push(event);
    this.#draining ??= this.#drain();
  }

  /** How many wait to be written, and how many were dropped since the start. */
  status(): { readonly waiting: number; readonly dropped: number } {
    return { waiting: this.#waiting.length, dropped: this.#dropped };
  }

  /** Resolves when what was offered so far is written, or could not be. */
  async flush(): Promise<void> {
    const groups = Math.ceil(this.#waiting.length / this.#limits.atOnce) + (this.#gap ? 1 : 0);
    for (let group = 0; group < groups; group++) if (!(await this.#writeGroup())) return;
    // What was being written when this was asked for.
    await this.#turns.take('write', async () => undefined);
  }

  /** Writes what waits, if that can be done; what comes later is not written. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#draining;
    await this.flush();
    const lost = this.#waiting.length + (this.#gap?.count ?? 0);
    if (lost > 0) this.#parts.log.warn({ events: lost }, 'Events could not be written before the end');
  }

  #drop(atMs: number): void {
    const { capacity } = this.#limits;
    if (!this.#gap) this.#parts.log.warn({ capacity }, 'Too many events: some are dropped');
    const dropped = { fromMs: atMs, toMs: atMs, count: 1 };
    this.#gap = this.#gap ? joined(this.#gap, dropped) : dropped;
    this.#dropped += 1;
  }

  async #drain(): Promise<void> {
    const { signal } = this.#stopping;
    let waitMs = this.#limits.gatherMs;
    while ((this.#waiting.length > 0 || this.#gap) && !signal.aborted) {
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      waitMs = (await this.#writeGroup()) ? 0 : this.#backoff.failed();
    }
    this.#draining = undefined;
  }

  /** One write after the other, whoever asks for it; tells whether it was made. */
  #writeGroup(): Promise<boolean> {
    return this.#turns.take('write', async () => {
      const events = this.#waiting.slice(0, this.#limits.atOnce);
      const gap = this.#gap;
      this.#gap = undefined;
      if (events.length === 0 && !gap) return true;
      try {
        await this.#parts.write(gap ? [...events, this.#gapEvent(gap)] : events);
        this.#waiting.splice(0, events.length);
        this.#backoff.succeeded();
        return true;
      } catch (error) {
        if (gap) this.#gap = joined(gap, this.#gap);
        this.#parts.log.warn({ error: toAppError(error) }, 'Events could not be written; it is tried again');
        return false;
      }
    });
  }

  #gapEvent(gap: Gap): NewEvent {
    const atMs = this.#parts.nowMs();
    return { kind: 'gap', atMs, collectionIds: [], candidates: [], gap };
  }
}

function joined(one: Gap, later: Gap = { ...one, count: 0 }): Gap {
  return { fromMs: one.fromMs, toMs: later.toMs, count: one.count + later.count };
}
