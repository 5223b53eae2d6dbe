import { type HistoryEvent, isWholeList } from '../domain/event.ts';
import type { Uuid } from '../domain/gallery.ts';
import type { Gallery } from '../domain/ports/gallery.ts';
import { LastSeen } from '../primitives/last-seen.ts';

/** So many people are kept in mind while a long list is told. */
const mostKnown = 1_000;

type Standing = 'within' | 'elsewhere' | 'gone';

/**
 * Events as one may see them who reaches these collections only: without the others, and without those who have no place
 * in one of these. Who is nowhere any more stays in an event that asked no other collections.
 */
export function eventsWithin(
  gallery: Pick<Gallery, 'listPlaces'>,
  reach: readonly Uuid[],
): (event: HistoryEvent) => Promise<HistoryEvent> {
  const reached = new Set(reach);
  const standings = new LastSeen<Uuid, Standing>(mostKnown);
  const standingOf = async (personId: Uuid): Promise<Standing> => {
    const known = standings.get(personId);
    if (known) return known;
    const places = await gallery.listPlaces(personId);
    const isWithin = places.some(({ collectionId }) => reached.has(collectionId));
    const elsewhere = places.length > 0 ? 'elsewhere' : 'gone';
    const standing = isWithin ? 'within' : elsewhere;
    standings.set(personId, standing);
    return standing;
  };
  return async (event) => {
    const collectionIds = event.collectionIds.filter((id) => reached.has(id));
    const isOwn = collectionIds.length === event.collectionIds.length && isWholeList(event);
    const candidates: HistoryEvent['candidates'][number][] = [];
    for (const candidate of event.candidates) {
      const standing = await standingOf(candidate.personId);
      if (standing === 'within' || (standing === 'gone' && isOwn)) candidates.push(candidate);
    }
    return { ...event, collectionIds, candidates };
  };
}
