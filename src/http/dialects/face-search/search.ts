import type { Candidate, Uuid } from '../../../domain/gallery.ts';
import type { EmbeddedPicture, PictureAsk } from '../../../services/pictures.ts';
import type { DialectRouter } from '../../dialect.ts';
import { collectionOf } from './collection-names.ts';
import type { FaceSearchDeps } from './deps.ts';
import { requireLiveIfFound } from './liveness.ts';
import { readBody } from './requests.ts';
import { openScale } from './scale.ts';
import {
  leastOf,
  maxResults,
  multiSearchBody,
  searchBody,
  type WireHit,
  type WireMultiSearch,
} from './wire.ts';

/** So many of a picture's faces are looked for, the largest ones. */
const maxFaces = 100;
/** Whole pictures in one answer; beyond them the faces cut from them are told. */
const maxPictureBytes = 2 * 1024 * 1024;

export function addSearchRoutes(router: DialectRouter, deps: FaceSearchDeps): void {
  const { recognition, vision } = deps;

  router.post('/face-search', 'read', async (ctx) => {
    const { body, decode } = await readBody(ctx, deps, searchBody);
    const { id } = await collectionOf(ctx, deps, body.collection_name);
    const picture = decode(body.face_base_64);
    if (body.check_liveness) await requireLiveIfFound(vision, picture, ctx.state.signal);
    const limit = Math.min(body.max_results, maxResults);
    const search = searchOf(deps, id, { limit, least: leastOf(body) });
    // What was not checked must not be found: a photograph may be held beside a live face.
    const ask = { ...toAsk(picture), ...(body.check_liveness && { maxFaces: 1 }) };
    const { candidates } = await recognition.recognise(ask, search, ctx.state.signal);
    ctx.body = await toHits(bestOfAll(candidates).slice(0, limit), deps);
  });

  router.post('/multi-face-search', 'read', async (ctx) => {
    const { body, decode } = await readBody(ctx, deps, multiSearchBody);
    const { id } = await collectionOf(ctx, deps, body.collection_name);
    const search = searchOf(deps, id, { limit: 1, least: leastOf(body) });
    const picture = decode(body.multi_face_img_base_64);
    const found = await recognition.recognise({ ...toAsk(picture), crop: true }, search, ctx.state.signal);
    const best = found.candidates.flatMap(([first]) => first ?? []);
    ctx.body = {
      person_search_results: await toHits(best.toSorted(byScore), deps),
      unrecognized_face_thumbnails_base_64: found.picture.faces.flatMap((face, at) =>
        found.candidates[at]?.length ? [] : toThumbnail(face),
      ),
    } satisfies WireMultiSearch;
  });
}

function toAsk(picture: Uint8Array): PictureAsk {
  return { picture, faces: 'detect', maxFaces, attributes: [] };
}

type Wish = { readonly limit: number; readonly least: number };

function searchOf({ recognition }: FaceSearchDeps, collectionId: Uuid, { limit, least }: Wish) {
  const minScore = openScale(recognition).toCosine(least);
  return { collectionIds: [collectionId], limit, minScore, distinctPersons: true };
}

const byScore = (one: Candidate, other: Candidate) => other.score - one.score;

/** Each person once, as the face that is most like her has it. */
function bestOfAll(candidates: readonly (readonly Candidate[])[]): Candidate[] {
  const best = new Map<Uuid, Candidate>();
  for (const candidate of candidates.flat().toSorted(byScore)) {
    if (!best.has(candidate.personId)) best.set(candidate.personId, candidate);
  }
  return [...best.values()];
}

function toThumbnail({ crop }: EmbeddedPicture['faces'][number]): string[] {
  return crop ? [Buffer.from(crop.jpeg).toString('base64')] : [];
}

async function toHits(
  candidates: readonly Candidate[],
  { registered, recognition }: FaceSearchDeps,
): Promise<WireHit[]> {
  const scale = openScale(recognition);
  const hits: WireHit[] = [];
  let left = maxPictureBytes;
  for (const { key, score, personId, collectionId, referenceId } of candidates) {
    const person = await registered.findPerson(personId);
    // She may have been deleted meanwhile.
    if (!person) continue;
    const face = await registered.readFace(collectionId, referenceId, left);
    left -= face.length;
    hits.push({
      face_base_64: face.toString('base64'),
      metadata: person.metadata,
      person_id: key,
      person_name: person.name,
      similarity_score: scale.toSimilarity(score),
    });
  }
  return hits;
}
