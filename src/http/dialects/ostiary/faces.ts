import type { Collections } from '../../../services/collections.ts';
import type { People } from '../../../services/people.ts';
import type { PictureAsk } from '../../../services/pictures.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type DialectRouter, type RequestContext } from '../../dialect.ts';
import { toFace, toPairThreshold, toScore } from './answers.ts';
import { readParameter, readPicture, readPictures, readQuery } from './requests.ts';
import { openSearch, type SearchWish } from './search.ts';
import {
  type CompareAnswer,
  compareQuerySchema,
  type DetectAnswer,
  detectQuerySchema,
  type EnrolAnswer,
  type IdentifyAnswer,
  identifyInQuerySchema,
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
  router.post('/detect', 'read', async (ctx) => {
    const { attributes } = readQuery(ctx, detectQuerySchema);
    const ask = { ...askAll(await readPicture(ctx, bodyLimits)), attributes };
    const { width, height, format, faces } = await recognition.analyse(ask, ctx.state.signal);
    const answer: DetectAnswer = { width, height, format, faces: faces.map(toFace) };
    ctx.body = answer;
  });

  router.post('/compare', 'read', async (ctx) => {
    const { maxFmr } = readQuery(ctx, compareQuerySchema);
    const [source, target] = await readPictures(ctx, bodyLimits, ['source', 'target']);
    const threshold = await recognition.threshold({ maxFmr });
    const verified = await recognition.verifyPictures(askAll(source!), askAll(target!), ctx.state.signal);
    const { scores, picture } = verified.target;
    const best = scores.reduce((winner, score, index) => (score > scores[winner]! ? index : winner), 0);
    const answer: CompareAnswer = {
      match: scores[best]! >= threshold.cosine,
      ...toScore(scores[best]!, recognition.scores()),
      threshold: toPairThreshold(threshold),
      source: toFace(verified.source.faces[0]!),
      target: toFace(picture.faces[best]!),
    };
    ctx.body = answer;
  });

  router.post('/collections/:collection/persons/:key/references', 'write', async (ctx) => {
    readQuery(ctx, noQuerySchema);
    const { reach } = callerOf(ctx);
    const { id } = await collections.get(callerOf(ctx), readParameter(ctx, 'collection'));
    const picture = await readPicture(ctx, bodyLimits);
    const place = { collectionId: id, key: readParameter(ctx, 'key'), reach } as const;
    const reference = await people.enrol({ picture, faces: 'detect', ...place }, ctx.state.signal);
    const { key, personId, id: referenceId, replaced, box, quality } = reference;
    const gone = replaced === undefined ? {} : { replaced };
    const answer: EnrolAnswer = { key, personId, referenceId, ...gone, box, quality };
    ctx.status = 201;
    ctx.body = answer;
  });

  mountIdentify(router, { collections, recognition, bodyLimits });
}

function mountIdentify(
  router: DialectRouter,
  { collections, recognition, bodyLimits }: Omit<FaceParts, 'people'>,
): void {
  const identify = async (ctx: RequestContext, names: readonly string[], wish: SearchWish) => {
    const search = await openSearch({ collections, recognition }, { caller: callerOf(ctx), names }, wish);
    const ask = askAll(await readPicture(ctx, bodyLimits));
    const { picture, candidates } = await recognition.recognise(ask, search.ask, ctx.state.signal);
    const answer: IdentifyAnswer = {
      threshold: search.threshold,
      faces: picture.faces.map((face, at) => ({ ...toFace(face), candidates: search.tell(candidates[at]) })),
    };
    ctx.body = answer;
  };
  router.post('/collections/:collection/identify', 'read', async (ctx) => {
    await identify(ctx, [readParameter(ctx, 'collection')], readQuery(ctx, identifyQuerySchema));
  });
  router.post('/identify', 'read', async (ctx) => {
    const { collections: names, ...wish } = readQuery(ctx, identifyInQuerySchema);
    await identify(ctx, names, wish);
  });
}

function askAll(picture: Uint8Array): PictureAsk {
  return { picture, faces: 'detect', maxFaces: 0, attributes: [] };
}
