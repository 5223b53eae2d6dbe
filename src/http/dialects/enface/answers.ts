import { anchoredScales, openAnchoredScale } from '../../../domain/anchored-scale.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Candidate, Uuid } from '../../../domain/gallery.ts';
import type { ListedReference } from '../../../domain/ports/gallery.ts';
import { poseOf } from '../../../services/pictures.ts';
import type { Recognition } from '../../../services/recognition.ts';
import { callerOf, type RequestContext } from '../../dialect.ts';
import { pictureUrls } from '../../picture-urls.ts';
import type { EnfaceDeps } from './deps.ts';
import { type Lists, openLists } from './lists.ts';
import { notesIn, type PersonNotes } from './notes.ts';
import type { WireMatch, WirePerson } from './wire.ts';

/** Where the API stands on the main port. */
export const prefix = '/enface';

/** Tells persons and matches to one caller. */
export type Telling = {
  readonly lists: Lists;
  /** A member of a list that the caller reaches; `undefined` when she is none. */
  person(collectionId: Uuid, personId: Uuid): Promise<WirePerson | undefined>;
  /** Those who are still there. */
  matches(candidates: readonly Candidate[]): Promise<WireMatch[]>;
};

export async function openTelling(deps: EnfaceDeps, ctx: RequestContext): Promise<Telling> {
  const { cameras, persons, recognition } = deps;
  const caller = callerOf(ctx);
  const toImageUrl = imageUrls(deps, ctx);
  const lists = await openLists(deps.collections, caller);

  const findPerson = async (collectionId: Uuid, personId: Uuid) => {
    try {
      return await persons.get(personId, [collectionId]);
    } catch (error) {
      if (error instanceof AppError && error.code === 'person-unknown') return undefined;
      throw error;
    }
  };
  const sourceOf = async ({ groupId, sourceId }: PersonNotes) => {
    const group = (await cameras.listGroups(caller)).find(({ id }) => id === groupId);
    const source = group && (await cameras.list(caller, groupId)).find(({ id }) => id === sourceId);
    return {
      ...{ group_id: groupId, group_name: group?.name ?? '' },
      ...{ source_id: sourceId, source_name: source?.name ?? '' },
    };
  };

  return {
    lists,
    async person(collectionId, personId) {
      const placed = await findPerson(collectionId, personId);
      if (!placed) return undefined;
      const { person, places } = placed;
      const face = await recordOf(deps, collectionId, places[0]!.key);
      const notes = notesIn(face?.metadata ?? {});
      const { groupId: group_id, sourceId: source_id, fields, features, status } = notes;
      return {
        ...{ person_id: personId, list_id: lists.idOf(collectionId) },
        created: toIso(person.createdAtMs),
        updated: toIso(notes.updatedAtMs ?? face?.createdAtMs ?? person.createdAtMs),
        ...{ group_id, source_id, image_url: toImageUrl(face), fields, features, status },
        ...toAngles(notes, face),
        person_source: await sourceOf(notes),
      };
    },
    async matches(candidates) {
      const { toScore } = openScale(recognition);
      const found: WireMatch[] = [];
      for (const { personId, collectionId, score, key } of candidates) {
        const face = await recordOf(deps, collectionId, key);
        if (!face) continue;
        found.push({
          ...{ person_id: personId, list_id: lists.idOf(collectionId), score: toScore(score) },
          ...{ fields: notesIn(face.metadata).fields, image_url: toImageUrl(face) },
        });
      }
      return found;
    },
  };
}

/** The face of a member that stands for her here: her first in the list. */
export async function recordOf(
  { people }: Pick<EnfaceDeps, 'people'>,
  collectionId: Uuid,
  key: string,
): Promise<ListedReference | undefined> {
  const { references } = await people.listReferences(collectionId, { key, offset: 0, limit: 1 });
  return references[0];
}

/** Where the image of a face is shown; empty when none is kept. */
function imageUrls(deps: EnfaceDeps, ctx: RequestContext) {
  const urlOf = pictureUrls(deps, { prefix, route: '/v1/image' }, ctx);
  return (face: ListedReference | undefined): string => {
    if (!face?.hasPicture && !face?.hasCrop) return '';
    return urlOf({ collectionId: face.collectionId, referenceId: face.id });
  };
}

function toAngles({ pose }: PersonNotes, face: ListedReference | undefined) {
  const { yaw, roll, pitch } = pose ?? (face ? poseOf(face) : { yaw: 0, roll: 0, pitch: 0 });
  const rounded = (degrees: number) => Math.round(degrees * 10) / 10 || 0;
  return { yaw: rounded(yaw), roll: rounded(roll), pitch: rounded(pitch) };
}

/** Scores of the embedding model that runs now, 0 to 100. */
export function openScale(recognition: Recognition) {
  const { toScore, toCosine } = openAnchoredScale(anchoredScales.enface, recognition.scores());
  return { toScore: (cosine: number) => Math.round(toScore(cosine) * 100) / 100, toCosine };
}

export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
