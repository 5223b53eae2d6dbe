import type { ScoreTable } from '../../../domain/catalogue.ts';
import { cosineAt, cosineAtFmr, similarityScale } from '../../../domain/similarity.ts';
import type { Collections } from '../../../services/collections.ts';
import type { People } from '../../../services/people.ts';
import type { PictureAsk } from '../../../services/pictures.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import type { DialectRouter } from '../../dialect.ts';
import { toCandidate, toFace, toScore } from './answers.ts';
import { readParameter, readPicture, readPictures, readQuery } from './requests.ts';
import {
  type CompareAnswer,
  compareQuerySchema,
  type DetectAnswer,
  detectQuerySchema,
  type EnrolAnswer,
  type IdentifyAnswer,
  identifyQuerySchema,
  noQuerySchema,
} from './wire.ts';

export type FaceParts = {
  readonly collections: Collections;
  readonly people: People;
  readonly recognition: Recognition;
  readonly bodyLimits: BodyLimits;
};

/** The routes that take pictures. */
export function mountFaces(
  router: DialectRouter,
  { collections, people, recognition, bodyLimits }: FaceParts,
): void {
  const scoreTable = () => recognition.scoreTable(recognition.models().embedding.id);

  router.post('/detect', async (ctx) => {
    const { attributes } = readQuery(ctx, detectQuerySchema);
    const ask = { ...askAll(await readPicture(ctx, bodyLimits)), attributes };
    const { width, height, format, faces } = await recognition.analyse(ask, ctx.state.signal);
    const answer: DetectAnswer = { width, height, format, faces: faces.map(toFace) };
    ctx.body = answer;
  });

  router.post('/compare', async (ctx) => {
    const { maxFmr } = readQuery(ctx, compareQuerySchema);
    const [source, target] = await readPictures(ctx, bodyLimits, ['source', 'target']);
    const verified = await recognition.verifyPictures(askAll(source!), askAll(target!), ctx.state.signal);
    const { scores, picture } = verified.target;
    const best = scores.reduce((winner, score, index) => (score > scores[winner]! ? index : winner), 0);
    const table = scoreTable();
    const answer: CompareAnswer = {
      match: scores[best]! >= thresholdAt(maxFmr, table),
      ...toScore(scores[best]!, table),
      source: toFace(verified.source.faces[0]!),
      target: toFace(picture.faces[best]!),
    };
    ctx.body = answer;
  });

  router.post('/collections/:collection/persons/:key/references', async (ctx) => {
    readQuery(ctx, noQuerySchema);
    const { id } = await collections.get(readParameter(ctx, 'collection'));
    const picture = await readPicture(ctx, bodyLimits);
    const ask = { picture, faces: 'detect', collectionId: id, key: readParameter(ctx, 'key') } as const;
    const reference = await people.enrol(ask, ctx.state.signal);
    const { key, personId, id: referenceId, box, quality } = reference;
    const answer: EnrolAnswer = { key, personId, referenceId, box, quality };
    ctx.status = 201;
    ctx.body = answer;
  });

  router.post('/collections/:collection/identify', async (ctx) => {
    const { limit, maxFmr } = readQuery(ctx, identifyQuerySchema);
    const { id } = await collections.get(readParameter(ctx, 'collection'));
    const ask = askAll(await readPicture(ctx, bodyLimits));
    const table = scoreTable();
    const search = {
      collectionIds: [id],
      limit,
      minScore: thresholdAt(maxFmr, table),
      distinctPersons: true,
    };
    const { picture, candidates } = await recognition.recognise(ask, search, ctx.state.signal);
    const answer: IdentifyAnswer = {
      faces: picture.faces.map((face, index) => ({
        ...toFace(face),
        candidates: (candidates[index] ?? []).map((candidate) => toCandidate(candidate, table)),
      })),
    };
    ctx.body = answer;
  });
}

function askAll(picture: Uint8Array): PictureAsk {
  return { picture, faces: 'detect', maxFaces: 0, attributes: [] };
}

/** A model that was never measured has one known point only, the similarity of .5. */
function thresholdAt(fmr: number, table: ScoreTable | undefined): number {
  return table ? cosineAtFmr(table, fmr) : cosineAt(0.5, similarityScale());
}
