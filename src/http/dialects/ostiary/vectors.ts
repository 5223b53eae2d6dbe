import type { Collections } from '../../../services/collections.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { ownTurn } from '../../body/own-turn.ts';
import { callerOf, type DialectRouter } from '../../dialect.ts';
import { toFace, toPairThreshold, toScore } from './answers.ts';
import { readBody, readPicture, readQuery } from './requests.ts';
import { openSearch } from './search.ts';
import {
  type CompareVectorsAnswer,
  compareVectorsSchema,
  type EmbedAnswer,
  noQuerySchema,
  type SearchAnswer,
  searchSchema,
} from './wire.ts';

export type VectorParts = {
  readonly collections: Collections;
  readonly recognition: Recognition;
  readonly bodyLimits: BodyLimits;
};

/** Larger ones would hold the event loop while they are parsed. */
const maxVectorBytes = 512 * 1024;

/** Many with many: the vectors of faces, and what they are compared with. Each long step has a turn of its own. */
export function mountVectors(
  router: DialectRouter,
  { collections, recognition, bodyLimits }: VectorParts,
): void {
  const limits = { ...bodyLimits, maxJsonBytes: Math.min(bodyLimits.maxJsonBytes, maxVectorBytes) };

  router.post('/embed', 'read', async (ctx) => {
    readQuery(ctx, noQuerySchema);
    const picture = await readPicture(ctx, bodyLimits);
    const ask = { picture, faces: 'detect', maxFaces: 0, attributes: [] } as const;
    const { width, height, format, faces } = await recognition.embed(ask, ctx.state.signal);
    await ownTurn();
    const answer: EmbedAnswer = {
      ...{ modelId: recognition.models().embedding.id, width, height, format },
      faces: faces.map((face) => ({ ...toFace(face), vector: [...face.template.vector] })),
    };
    ctx.body = answer;
  });

  router.post('/search', 'read', async (ctx) => {
    const { modelId, vectors, collections: names, ...wish } = await readBody(ctx, limits, searchSchema);
    recognition.expectModel(modelId);
    const search = await openSearch({ collections, recognition }, { caller: callerOf(ctx), names }, wish);
    await ownTurn();
    const candidates = await recognition.recogniseVectors(vectors, search.ask);
    await ownTurn();
    const answer: SearchAnswer = {
      threshold: search.threshold,
      results: vectors.map((_, at) => ({ candidates: search.tell(candidates[at]) })),
    };
    ctx.body = answer;
  });

  router.post('/compare/vectors', 'read', async (ctx) => {
    const { modelId, sources, targets, maxFmr } = await readBody(ctx, limits, compareVectorsSchema);
    recognition.expectModel(modelId);
    const scores = recognition.scores();
    const threshold = await recognition.threshold({ maxFmr });
    await ownTurn();
    const matches = recognition.compareAll(sources, targets, threshold.cosine);
    await ownTurn();
    const answer: CompareVectorsAnswer = {
      threshold: toPairThreshold(threshold),
      matches: matches.map(({ source, target, score }) => ({ source, target, ...toScore(score, scores) })),
    };
    ctx.body = answer;
  });
}
