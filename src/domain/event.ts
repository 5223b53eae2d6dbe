import type { DialectName } from './credential.ts';
import type { Uuid } from './gallery.ts';
import type { Box } from './geometry.ts';

/** A `gap` stands for events that were dropped because too many came at once. */
export const eventKinds = ['identification', 'verification', 'sighting', 'gap'] as const;
export type EventKind = (typeof eventKinds)[number];

/** Somebody who was found. Names are joined when an event is read: an event holds ids only. */
export type EventCandidate = {
  readonly personId: Uuid;
  readonly referenceId: Uuid;
  /** Cosine, of templates of the event's model. */
  readonly score: number;
  /** Whether this very face made her somebody: nobody knew her before. */
  readonly isNew?: boolean;
};

/** One face that was looked for, or seen. */
export type HistoryEvent = {
  /** UUID of version 1. */
  readonly id: Uuid;
  /** Greater than that of every event that was written before. */
  readonly number: number;
  readonly atMs: number;
  readonly kind: EventKind;
  /** The API that asked; absent for what nobody asked for. */
  readonly dialect?: DialectName;
  /** Whose recognition it was (`accountOf`). */
  readonly accountId?: Uuid;
  readonly cameraId?: Uuid;
  /** Where the face was looked for. */
  readonly collectionIds: readonly Uuid[];
  /** The embedding model that the scores are of. */
  readonly modelId?: string;
  /** In pixels of the picture; absent when a vector was asked for. */
  readonly box?: Box;
  /** Overall, 0 to 1. */
  readonly quality?: number;
  /** Those who reached the threshold, best first, at most `mostCandidates`. */
  readonly candidates: readonly EventCandidate[];
  readonly pictureId?: Uuid;
  /** Of a gap: how many were dropped, between the first of them and the last. */
  readonly gap?: { readonly fromMs: number; readonly toMs: number; readonly count: number };
};

export type NewEvent = Omit<HistoryEvent, 'id' | 'number'>;

/** More of those who were found are not kept. */
export const mostCandidates = 10;
/** Of the collections that were searched. */
const mostCollections = 100;

export function newEvent(identity: Pick<HistoryEvent, 'id' | 'number'>, event: NewEvent): HistoryEvent {
  return {
    ...identity,
    ...event,
    atMs: Math.max(0, Math.floor(event.atMs)),
    collectionIds: event.collectionIds.slice(0, mostCollections),
    candidates: event.candidates.slice(0, mostCandidates),
  };
}

/** Whether it names all collections that were searched. */
export function isWholeList({ collectionIds }: Pick<HistoryEvent, 'collectionIds'>): boolean {
  return collectionIds.length < mostCollections;
}

/** The different persons in an event. */
export function personsIn({ candidates }: Pick<HistoryEvent, 'candidates'>): Uuid[] {
  return [...new Set(candidates.map(({ personId }) => personId))];
}

/** Whether anybody was found who was known before. */
export function isKnown({ candidates }: Pick<HistoryEvent, 'candidates'>): boolean {
  return candidates.some(({ isNew = false }) => !isNew);
}

export type EventFilter = {
  readonly kinds?: readonly EventKind[] | undefined;
  readonly fromMs?: number | undefined;
  /** Up to, and not with, this time. */
  readonly untilMs?: number | undefined;
  readonly cameraIds?: readonly Uuid[] | undefined;
  /** One of them was found. */
  readonly personIds?: readonly Uuid[] | undefined;
  readonly referenceIds?: readonly Uuid[] | undefined;
  /** Whether anybody was found who was known before. */
  readonly known?: boolean | undefined;
  /** One of these was searched, or it was this account's. */
  readonly visibleTo?: { readonly collectionIds: readonly Uuid[]; readonly accountId: Uuid } | undefined;
};

/** Whether an event is one of those that were asked for. */
export function fitsEvent(event: HistoryEvent, filter: EventFilter): boolean {
  const { kinds, fromMs, untilMs, cameraIds, personIds, referenceIds, known } = filter;
  const { candidates } = event;
  return (
    (kinds?.includes(event.kind) ?? true) &&
    (fromMs === undefined || event.atMs >= fromMs) &&
    (untilMs === undefined || event.atMs < untilMs) &&
    (known === undefined || isKnown(event) === known) &&
    (cameraIds === undefined || (event.cameraId !== undefined && cameraIds.includes(event.cameraId))) &&
    (personIds === undefined || candidates.some(({ personId }) => personIds.includes(personId))) &&
    (referenceIds === undefined ||
      candidates.some(({ referenceId }) => referenceIds.includes(referenceId))) &&
    isVisible(event, filter)
  );
}

function isVisible({ collectionIds, accountId }: HistoryEvent, { visibleTo }: EventFilter): boolean {
  if (visibleTo === undefined) return true;
  return (
    accountId === visibleTo.accountId || collectionIds.some((id) => visibleTo.collectionIds.includes(id))
  );
}

/** What becomes of the events of a person who is erased. */
export const forgettingWays = ['anonymise', 'remove'] as const;
export type ForgettingWay = (typeof forgettingWays)[number];

/** The event without any trace of this person: what she is recognised by goes, that somebody was there stays. */
export function withoutPerson(event: HistoryEvent, personId: Uuid): HistoryEvent {
  const { pictureId: _, ...rest } = event;
  return { ...rest, candidates: event.candidates.filter((candidate) => candidate.personId !== personId) };
}

/** The event as that of the heir, whom this person has become one with. */
export function asHeirs(event: HistoryEvent, personId: Uuid, heirId: Uuid): HistoryEvent {
  const candidates = event.candidates.map((candidate) =>
    candidate.personId === personId ? { ...candidate, personId: heirId } : candidate,
  );
  return { ...event, candidates };
}
