import { accountOf, type Credential } from '../domain/credential.ts';
import { type ForgettingWay, fitsEvent, type HistoryEvent, type NewEvent } from '../domain/event.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import type { History, HistoryWish, Parting } from '../domain/ports/history.ts';
import type { Log } from '../domain/ports/log.ts';
import type { Pruned } from '../domain/pruning.ts';
import { LastSeen } from '../primitives/last-seen.ts';
import type { KeepingPolicy } from './audit.ts';
import { EventQueue, type EventQueueLimits } from './event-queue.ts';
import { eventsWithin } from './events-within.ts';

/** What was recognised and seen. */
export interface HistoryService extends AsyncDisposable {
  /**
   * Takes an event in, to be written soon with others. Never waits and never fails: where more come than can be
   * written, some are dropped, and an event of the kind `gap` says how many.
   */
  record(event: NewEvent): void;
  /**
   * The events that a caller sees, also those that were recorded just now: her account's own, and those of collections
   * that she reaches; all for who reaches all. Of an event she is told, and may ask for, what is in her reach
   * (`eventsWithin`). To be left when the caller has enough.
   */
  list(caller: Credential, wish: Omit<HistoryWish, 'visibleTo'>): AsyncIterable<HistoryEvent>;
  /** Takes away what the policy does not keep, or only tells what would go. */
  prune(options?: { readonly dryRun: boolean }): Promise<Pruned>;
  /** How many events wait to be written, and how many were dropped since the start. */
  status(): { readonly waiting: number; readonly dropped: number };

  /**
   * Lets a person leave, and sees to it that her events are forgotten or go to her heir when she has: before this
   * resolves, and if that fails or the process ends, by `settlePartings`.
   */
  part<R>(parting: Parting, leave: () => Promise<R>): Promise<R>;
  /** Ends what an earlier life, or a failing disk, has left undone. */
  settlePartings(): Promise<void>;
}

export type HistoryPolicy = KeepingPolicy & { readonly onErasure: ForgettingWay };

export type HistoryParts = {
  readonly history: History;
  readonly gallery: Pick<Gallery, 'findPerson' | 'findErasure' | 'findHeir' | 'listPlaces'>;
  readonly policy: HistoryPolicy;
  readonly log: Log;
  readonly nowMs?: () => number;
  readonly queue?: EventQueueLimits;
};

const dayMs = 86_400_000;
/** So many who left are kept in mind, for recognitions that were under way when they did. */
const mostLeft = 10_000;

export function createHistory({ nowMs = Date.now, ...parts }: HistoryParts): HistoryService {
  const { history, policy, log } = parts;
  const left = new LastSeen<Uuid, Parting>(mostLeft);
  const write = (events: readonly NewEvent[]) =>
    history.add(events.flatMap((event) => withoutLeft(event, left, policy.onErasure)));
  const queue = new EventQueue({ write, nowMs, log, ...(parts.queue && { limits: parts.queue }) });
  const settle = createSettling(parts, { queue, left });

  return {
    record: (event) => queue.offer(event),
    async *list(caller, wish) {
      await queue.flush();
      const { reach } = caller;
      if (reach === 'all') return yield* history.list(wish);
      const tell = eventsWithin(parts.gallery, reach);
      const visibleTo = { collectionIds: reach, accountId: accountOf(caller) };
      // Somebody known whom she does not reach is a stranger to her.
      const known = wish.known === false ? undefined : wish.known;
      for await (const event of history.list({ ...wish, known, visibleTo })) {
        const told = await tell(event);
        if (fitsEvent(told, wish)) yield told;
      }
    },
    async prune({ dryRun } = { dryRun: false }) {
      // What still waits counts too.
      await queue.flush();
      return history.prune({
        beforeMs: nowMs() - policy.keepDays * dayMs,
        keepAtMost: policy.keepAtMost,
        dryRun,
      });
    },
    status: () => queue.status(),
    async part(parting, leave) {
      await history.notePartings([parting]);
      try {
        return await leave();
      } finally {
        await settle(parting);
      }
    },
    async settlePartings() {
      for (const parting of await history.listPartings()) await settle(parting);
    },
    [Symbol.asyncDispose]: () => queue.close(),
  };
}

type Settling = { readonly queue: EventQueue; readonly left: LastSeen<Uuid, Parting> };

/** Settles a parting if she has left. Never rejects: what fails stays noted. */
function createSettling(
  { history, gallery, policy, log }: HistoryParts,
  { queue, left }: Settling,
): (parting: Parting) => Promise<void> {
  const hasLeft = async ({ personId, heirId }: Parting): Promise<boolean> =>
    heirId === undefined
      ? (await gallery.findErasure(personId)) !== undefined
      : (await gallery.findPerson(personId)) === undefined;
  /** Whoever was her heir when she left may have left since: what is hers goes on with that one. */
  const upToDate = async ({ personId, heirId }: Parting): Promise<Parting> => {
    if (heirId === undefined) return { personId };
    const last = (await gallery.findHeir(personId)) ?? heirId;
    return (await gallery.findErasure(last)) ? { personId } : { personId, heirId: last };
  };
  return async (parting) => {
    const { personId } = parting;
    try {
      if (!(await hasLeft(parting))) return await history.dropParting(personId);
      left.set(personId, parting);
      // What waits was recorded before; what comes from here on is changed before it is written.
      await queue.flush();
      await history.settleParting(await upToDate(parting), policy.onErasure);
    } catch (error) {
      log.error({ person: personId, error }, 'Events of a person who left are still there; tried again');
    }
  };
}

/** The event as it would be if all these had left before it; none where nothing of it would be left. */
function withoutLeft(event: NewEvent, left: Settling['left'], way: ForgettingWay): NewEvent[] {
  if (!event.candidates.some(({ personId }) => left.get(personId))) return [event];
  const candidates = event.candidates.flatMap((candidate) => {
    const personId = lastOf(candidate.personId, left);
    return personId === undefined ? [] : [{ ...candidate, personId }];
  });
  if (candidates.length === event.candidates.length) return [{ ...event, candidates }];
  const { pictureId: _, ...rest } = event;
  return way === 'remove' ? [] : [{ ...rest, candidates }];
}

/** Who she is now: her heir, or that one's; nobody when one of them was erased. */
function lastOf(personId: Uuid, left: Settling['left']): Uuid | undefined {
  const seen = new Set<Uuid>();
  let last: Uuid | undefined = personId;
  while (last !== undefined && !seen.has(last)) {
    seen.add(last);
    const parting = left.get(last);
    if (!parting) return last;
    last = parting.heirId;
  }
  return last;
}
