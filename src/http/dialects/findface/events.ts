import { type EventCandidate, type HistoryEvent, isKnown } from '../../../domain/event.ts';
import type { Person, Uuid } from '../../../domain/gallery.ts';
import { isAutomaticKey } from '../../../domain/gallery-rules.ts';
import type { ListedFace } from '../../../domain/ports/gallery.ts';
import { LastSeen } from '../../../primitives/last-seen.ts';
import type { RouteContext } from '../../dialect.ts';
import { faceTelling, ledBy } from './answers.ts';
import type { FindFaceParts } from './deps.ts';
import { orGone } from './or-gone.ts';
import type { Scope } from './scope.ts';
import { toWireBox, toWireTime, type WireBox } from './wire.ts';

export type WireEvent = {
  readonly friend: boolean;
  readonly meta: string;
  readonly photo_hash: string;
  readonly cam_id: Uuid | null;
  readonly person_id: number | null;
  readonly timestamp: string;
  readonly photo: string;
  readonly id: number | null;
} & { readonly [corner in keyof WireBox]: number | null };

export type WireSighting = {
  readonly person_id: number | null;
  readonly face_id: number | null;
  readonly cam_id: Uuid | null;
  readonly meta: string;
  readonly screenshot: string;
  readonly timestamp: string;
};

/** Somebody in an event, as far as the caller may know. */
type Met = {
  readonly person_id: number | null;
  readonly id: number | null;
  readonly meta: string;
  readonly photo: string;
  readonly photo_hash: string;
};

const nobody: Met = { person_id: null, id: null, meta: '', photo: '', photo_hash: '' };
const nowhere = { x1: null, x2: null, y1: null, y2: null };
/** So many people are kept in mind while a long list is told. */
const mostKnown = 1_000;

/** Tells events; names are looked up as they are now. */
export function eventTelling(ctx: RouteContext, parts: FindFaceParts, scope: Scope) {
  const meet = meeting(ctx, parts, scope);
  return {
    tell: async (event: HistoryEvent): Promise<WireEvent> => ({
      friend: isKnown(event),
      ...(await meet(event, event.candidates[0])),
      cam_id: event.cameraId ?? null,
      timestamp: toWireTime(event.atMs),
      ...(event.box ? toWireBox(event.box) : nowhere),
    }),
    tellOf:
      (personId: Uuid) =>
      async (event: HistoryEvent): Promise<WireSighting> => {
        const candidate = event.candidates.find((one) => one.personId === personId);
        const { person_id, id: face_id, meta, photo } = await meet(event, candidate);
        const timestamp = toWireTime(event.atMs);
        return { person_id, face_id, cam_id: event.cameraId ?? null, meta, screenshot: photo, timestamp };
      },
  };
}

function meeting(ctx: RouteContext, parts: FindFaceParts, scope: Scope) {
  const tellFace = faceTelling(ctx, parts, scope);
  const people = new LastSeen<Uuid, Person>(mostKnown);
  const personOf = async (id: Uuid): Promise<Person | undefined> => {
    const known = people.get(id) ?? (await orGone(parts.persons.get(id, scope.all)))?.person;
    if (known) people.set(id, known);
    return known;
  };
  return async (event: HistoryEvent, candidate: EventCandidate | undefined): Promise<Met> => {
    const person = candidate && (await personOf(candidate.personId));
    if (!person) return nobody;
    const meta = isAutomaticKey(person.name) ? '' : person.name;
    const face = await faceOf(parts, scope, { event, candidate });
    if (!face) return { ...nobody, person_id: person.number, meta };
    const { id, photo, photo_hash, meta: own } = await tellFace(face);
    return { person_id: person.number, id, meta: own === '' ? meta : own, photo, photo_hash };
  };
}

/** The face that was found, if it is still there. */
async function faceOf(
  { faces, gallery }: FindFaceParts,
  { all }: Scope,
  { event, candidate }: { event: HistoryEvent; candidate: EventCandidate },
): Promise<ListedFace | undefined> {
  for (const collectionId of event.collectionIds.filter((id) => all.includes(id))) {
    const reference = await gallery.findReference(collectionId, candidate.referenceId);
    const face = reference && (await orGone(faces.get(reference.faceNumber, all)));
    if (face) return ledBy(face, candidate.referenceId);
  }
  return undefined;
}
