import type { EventFilter, ForgettingWay, HistoryEvent, NewEvent } from '../event.ts';
import type { Uuid } from '../gallery.ts';
import type { Pruned, Pruning } from '../pruning.ts';

export type HistoryWish = EventFilter & {
  /** By their times, those of one time by their numbers. */
  readonly order: 'newest first' | 'oldest first';
  /** Begins with the event of this number or, when that is gone, with what comes after it in this order. */
  readonly startNumber?: number | undefined;
};

/** A person who is about to leave, so that a crash in between does not leave her events behind. */
export type Parting = {
  readonly personId: Uuid;
  /** Whom her events go to; without one they are forgotten. */
  readonly heirId?: Uuid;
};

/**
 * What was recognised and seen. Events are never changed, but when a person goes. A promise of a write that resolves is
 * durable. Rejects with `storage-full`, `storage-failed`; reading leaves damaged events out.
 *
 * Whatever reads or changes many events does so in slices: between two of them the event loop has its turn, and what
 * the caller does with an event counts too. What is written meanwhile is met when it lies ahead.
 */
export interface History {
  /** Writes all of them or none, and gives them ids and numbers in their order. */
  add(events: readonly NewEvent[]): Promise<HistoryEvent[]>;
  find(number: number): Promise<HistoryEvent | undefined>;
  list(wish: HistoryWish): AsyncIterable<HistoryEvent>;
  /** In the order of their numbers, from the one after this on. */
  since(number: number): AsyncIterable<HistoryEvent>;
  /** Takes away those from before a time, and of the others the oldest, until there are no more than are kept. */
  prune(pruning: Pruning): Promise<Pruned>;
  count(): number;

  /** Notes that a person is about to leave; again for the same person is the same. */
  notePartings(partings: readonly Parting[]): Promise<void>;
  listPartings(): Promise<Parting[]>;
  /** She has not left after all. */
  dropParting(personId: Uuid): Promise<void>;
  /**
   * Gives all events of somebody who has left to her heir, else forgets her in them, and then the note of it. Tells how
   * many events it was, and the pictures that go with them.
   */
  settleParting(parting: Parting, way: ForgettingWay): Promise<SettledParting>;
}

export type SettledParting = { readonly events: number; readonly pictureIds: readonly Uuid[] };
