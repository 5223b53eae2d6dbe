import type { Candidate, Uuid } from '../../../domain/gallery.ts';
import type { SearchAsk } from '../../../services/recognition.ts';
import { callerOf, type DialectRouter, type RouteContext } from '../../dialect.ts';
import type { FaceMatchExpertDeps } from './deps.ts';
import { openScale, sameFace, toPictureAsk } from './faces.ts';
import { readBody, readPictures } from './requests.ts';
import { addBody, deleteBody, faceDataBody, imageBody, toWirePoints, type WireHit } from './wire.ts';

/** So many of the most similar are told. */
const maxHits = 100;

/** Adding to, searching and deleting from one collection: each image id is a person with one reference. */
export function addCollectionRoutes(router: DialectRouter, deps: FaceMatchExpertDeps): void {
  const { recognition, people, faceData } = deps;

  router.post('/collection/:collectionId/add', 'write', async (ctx) => {
    const collectionId = await collectionOf(ctx, deps);
    const { body, decode } = await readPictures(ctx, deps, addBody);
    ctx.state.about.ids = JSON.stringify(body.map(({ id }) => id));
    const wanted = body.map(({ id, image }) => ({ key: id, picture: decode(image) }));
    const { reach } = callerOf(ctx);
    await people.enrolPeople({ collectionId, reach, people: wanted }, ctx.state.signal);
    ctx.body = {};
  });

  router.post('/collection/:collectionId/search/image', 'read', async (ctx) => {
    const collectionId = await collectionOf(ctx, deps);
    const { body, decode } = await readPictures(ctx, deps, imageBody);
    const ask = searchOf(collectionId, deps);
    const { candidates } = await recognition.recognise(
      toPictureAsk(decode(body.image)),
      ask,
      ctx.state.signal,
    );
    ctx.body = await toHits(candidates[0] ?? [], deps);
  });

  router.post('/collection/:collectionId/search/face-data', 'read', async (ctx) => {
    const collectionId = await collectionOf(ctx, deps);
    const { modelId, vector } = faceData.read((await readBody(ctx, deps, faceDataBody)).faceData);
    recognition.expectModel(modelId);
    const [candidates] = await recognition.recogniseVectors([[...vector]], searchOf(collectionId, deps));
    ctx.body = await toHits(candidates ?? [], deps);
  });

  router.delete('/collection/:collectionId/delete', 'write', async (ctx) => {
    const collectionId = await collectionOf(ctx, deps);
    const { id } = await readBody(ctx, deps, deleteBody);
    await people.removeExactly(collectionId, id);
    ctx.body = {};
  });
}

/** The collection that the path names, if the caller reaches it. */
async function collectionOf(ctx: RouteContext, { collections }: FaceMatchExpertDeps): Promise<Uuid> {
  return (await collections.get(callerOf(ctx), ctx.params.collectionId ?? '')).id;
}

function searchOf(collectionId: Uuid, { recognition }: FaceMatchExpertDeps): SearchAsk {
  const minScore = openScale(recognition).toCosine(sameFace);
  return { collectionIds: [collectionId], limit: maxHits, minScore, distinctPersons: true };
}

async function toHits(
  candidates: readonly Candidate[],
  { people, recognition }: FaceMatchExpertDeps,
): Promise<WireHit[]> {
  const scale = openScale(recognition);
  const hits: WireHit[] = [];
  for (const { key, score, collectionId, referenceId } of candidates) {
    const reference = await people.findReference(collectionId, referenceId);
    // It may have been deleted meanwhile.
    if (!reference) continue;
    hits.push({ id: key, similarity: scale.toSimilarity(score), ...toWirePoints(reference.landmarks) });
  }
  return hits;
}
