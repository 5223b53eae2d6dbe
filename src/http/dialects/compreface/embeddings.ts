import { ownTurn } from '../../body/own-turn.ts';
import type { DialectRouter } from '../../dialect.ts';
import { type CompreFaceDeps, collectionOf, imageIdOf } from './deps.ts';
import { openScale, toSearchAsk, toWireSubjects } from './faces.ts';
import { readQuery } from './query.ts';
import { readJsonBody, requireJsonType } from './uploads.ts';
import { embeddingsBody, searchQuery, sourceAndTargetsBody } from './wire.ts';

/**
 * Recognition and verification of embeddings that a caller has from the calculator. Hundreds of thousands of numbers are
 * read, compared and written each in a turn of the event loop of its own.
 */
export function addEmbeddingRoutes(router: DialectRouter, deps: CompreFaceDeps): void {
  const { recognition, people, bodyLimits } = deps;

  router.post('/recognition/embeddings/recognize', 'read', async (ctx) => {
    requireJsonType(ctx);
    const query = readQuery(ctx, searchQuery);
    const { embeddings } = await readJsonBody(ctx, bodyLimits, embeddingsBody);
    const scale = openScale(recognition);
    const search = toSearchAsk(query, [collectionOf(ctx)], scale);
    await ownTurn();
    const candidates = await recognition.recogniseVectors(embeddings, search);
    await ownTurn();
    ctx.body = {
      result: embeddings.map((embedding, at) => ({
        embedding,
        similarities: toWireSubjects(candidates[at] ?? [], scale),
      })),
    };
  });

  router.post('/recognition/embeddings/faces/:image_id/verify', 'read', async (ctx) => {
    ctx.state.about.verifies = 'embedding';
    requireJsonType(ctx);
    const imageId = imageIdOf(ctx);
    const { embeddings } = await readJsonBody(ctx, bodyLimits, embeddingsBody);
    const reference = await people.getReference(collectionOf(ctx), imageId);
    await ownTurn();
    const scores = await recognition.compareWithReference(embeddings, reference, ctx.state.signal);
    await ownTurn();
    ctx.body = { result: bestFirst(embeddings, scores, openScale(recognition)) };
  });

  router.post('/verification/embeddings/verify', 'read', async (ctx) => {
    requireJsonType(ctx);
    const { source, targets } = await readJsonBody(ctx, bodyLimits, sourceAndTargetsBody);
    await ownTurn();
    const scores = recognition.compareVectors(source, targets);
    await ownTurn();
    ctx.body = { result: bestFirst(targets, scores, openScale(recognition)) };
  });
}

function bestFirst(
  embeddings: readonly (readonly number[])[],
  scores: readonly number[],
  { toSimilarity }: ReturnType<typeof openScale>,
) {
  return embeddings
    .map((embedding, at) => ({ embedding, similarity: toSimilarity(scores[at]!) }))
    .sort((one, other) => other.similarity - one.similarity);
}
